package store_test

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store/record"
)

// secondUserRates: alone, in a group, replaced, repeated, taken back, excluded.
func secondUserRates(t *testing.T, db *dbtest.DB) {
	t.Helper()
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	first := dbtest.Rating(t, "A01", "554")
	first.Provenance = scoring.Follower
	dbtest.Submit(t, w, first, scoring.Counted)
	dbtest.Submit(t, w, dbtest.Again(t, first), scoring.Repeat)
	second := dbtest.Change(t, first, "111")
	dbtest.Submit(t, w, second, scoring.Counted)
	late := dbtest.Rating(t, "A01", "555")
	late.PlatformAt, late.ReceivedAt = dbtest.Closes.Add(time.Second), dbtest.Closes.Add(2*time.Second)
	dbtest.Submit(t, w, late, scoring.TooLate)
	group := make(chan error, 40)
	var some []scoring.Submission
	for range cap(group) / 2 {
		s := dbtest.Rating(t, "A02", "543")
		some = append(some, s)
		for _, s := range []scoring.Submission{s, dbtest.Again(t, s)} { // twice at once: one is a repeat
			go func() {
				_, err := w.Submit(t.Context(), s)
				group <- err
			}()
		}
	}
	for range cap(group) {
		if err := <-group; err != nil {
			t.Error(err)
		}
	}
	if n := dbtest.Count(t, db, "ratings", "unit='A02'"); n != len(some) {
		t.Errorf("%d ratings of %d pushes", n, len(some))
	}
	for range 2 {
		ack, err := db.AddReason(t.Context(), scoring.Reason{
			Tenant: dbtest.Tenant, Receipt: second.Receipt, Person: second.Person, Reason: "attitude", Push: dbtest.NewID(t), ReceivedAt: dbtest.Inside.Add(time.Minute), Answer: []byte("a"),
		})
		if err != nil || ack.Verdict != scoring.Counted {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	back := scoring.Withdrawal{
		Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Unit: "A01", Channel: models.Mobile, Person: first.Person, Push: dbtest.NewID(t), Draft: dbtest.NewID(t),
		PlatformAt: dbtest.Inside.Add(time.Minute), ReceivedAt: dbtest.Inside.Add(time.Minute), Answer: []byte("a"),
	}
	for _, want := range []scoring.Verdict{scoring.Counted, scoring.Repeat} {
		if ack, err := db.Withdraw(t.Context(), back); err != nil || ack.Verdict != want {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	out := dbtest.Count(t, db, "live_ratings", "unit='A02'")
	act := scoring.Act{By: "a", ApprovedBy: "b", At: dbtest.Inside.Add(time.Hour)}
	var excluded models.ID
	for _, s := range some {
		done, err := db.Exclude(t.Context(), dbtest.Tenant, dbtest.Campaign, s.Rating, "robot", act)
		if err != nil {
			continue // another of the two pushes counted
		}
		if done {
			excluded = s.Rating
			break
		}
	}
	if excluded.IsZero() || dbtest.Count(t, db, "live_ratings", "unit='A02'") != out-1 {
		t.Fatal("no rating was excluded")
	}
	if done, err := db.Restore(t.Context(), dbtest.Tenant, dbtest.Campaign, excluded, "mistake", act); err != nil || !done {
		t.Fatal(done, err)
	}
}

// secondUserFiles: a complaint, its events, its codes, its end.
func secondUserFiles(t *testing.T, db *dbtest.DB) {
	t.Helper()
	f := dbtest.Filing(t)
	f.SealedContact = []byte("sealed")
	dbtest.File(t, db, f, complaints.Filed)
	repeat := f
	repeat.ID = dbtest.NewID(t)
	dbtest.File(t, db, repeat, complaints.Repeat)
	yes := true
	for _, e := range []record.Event{{State: complaints.Answered, OnTime: &yes}, {State: complaints.Revisit, Satisfied: &yes}} {
		e.Tenant, e.Complaint, e.At = dbtest.Tenant, f.ID, dbtest.Inside.Add(2*time.Hour)
		if err := db.AddEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.TicketByNo(t.Context(), dbtest.Tenant, dbtest.NewID(t), "20261122-9999", []byte("x"), dbtest.Inside); models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Remember(t.Context(), models.Identity{Tenant: dbtest.Tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: models.At(dbtest.Inside)}))
	must(db.Remember(t.Context(), models.Identity{Tenant: dbtest.Tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: models.At(dbtest.Inside.Add(time.Hour)), Follows: &yes}))
	must(db.SetFollowing(t.Context(), dbtest.Tenant, "gh_1", f.Citizen, true, dbtest.Inside))
	must(db.SetFollowing(t.Context(), dbtest.Tenant, "gh_1", f.Citizen, false, dbtest.Inside.Add(time.Minute)))
	if done, err := db.ReplaceComplaintKey(t.Context(), dbtest.Tenant, f.ID, f.WrappedKey, []byte("other")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyComplaint(t.Context(), dbtest.Tenant, f.ID))
	must(db.Erase(t.Context(), dbtest.Tenant, "gh_1", f.Citizen))
}

// secondUserReadsInPublic: texts, readings, ratings of texts, a text that was deleted.
func secondUserReadsInPublic(t *testing.T, db *dbtest.DB) {
	t.Helper()
	ctx, a, now := t.Context(), social.Account{Tenant: dbtest.Tenant, ID: "wb_1"}, dbtest.Inside
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := db.Spend(ctx, a, "2026-11-22", "feed", 10); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Lease(ctx, a, "reader", dbtest.Named("holder"), now, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		must(db.SaveAccount(ctx, a, social.SealedAccount{Citizen: dbtest.Named("author"), Sealed: []byte("s")}, now))
		must(db.NoteToken(ctx, a, dbtest.Named("token"), now, now))
		if _, err := db.MayAnswer(ctx, a, dbtest.Named("author"), "20261122", "counted", dbtest.Named("text")); err != nil {
			t.Fatal(err)
		}
	}
	for _, reading := range []string{"first", "second"} {
		if first, err := db.KeepReading(ctx, a, dbtest.Named("signature"), dbtest.Named(reading), now); err != nil || first != dbtest.Named("first") {
			t.Fatal(first, err)
		}
	}
	if first, err := db.FirstReading(ctx, a, dbtest.Named("signature")); err != nil || first != dbtest.Named("first") {
		t.Fatal(first, err)
	}
	item := social.Item{ID: dbtest.Named("text"), Kind: "mention", Feed: "mentions", Author: dbtest.Named("author"), Sealed: []byte("s"), At: now, FetchedAt: now}
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", State: []byte("1"), Items: []social.Item{item}, Round: 1}))
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", Version: 1, State: []byte("2"), Items: []social.Item{item}, Round: 2}))
	s := dbtest.Rating(t, "A03", "5")
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", item.ID, nil
	dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
	read := []social.Reading{{Item: item.ID, Outcome: social.Counted, Campaign: dbtest.Campaign, Unit: "A03", Level: 5, Rating: s.Rating, At: now}}
	must(db.WriteDown(ctx, a, read))
	must(db.WriteDown(ctx, a, read))
	for _, want := range []bool{true, false} {
		if done, err := db.Retract(ctx, dbtest.Tenant, "wb_1", dbtest.Campaign, item.ID, now.Add(time.Minute)); err != nil || done != want {
			t.Fatal(done, err)
		}
	}
	p := social.PollRecord{Tenant: dbtest.Tenant, ID: dbtest.Named("poll"), Campaign: dbtest.Campaign, Title: "p", Signer: "s", EnteredAt: now}
	for _, want := range []bool{true, false} {
		if _, added, err := db.AddPollResult(ctx, p, models.Scope{}); err != nil || added != want {
			t.Fatal(added, err)
		}
	}
}

// secondUserRehashes: rows of the release before are moved to hashes of their own.
func secondUserRehashes(t *testing.T, db *dbtest.DB) {
	t.Helper()
	ctx, a := t.Context(), social.Account{Tenant: dbtest.Tenant, ID: "wb_1"}
	for _, err := range []error{
		db.SetFollowing(ctx, dbtest.Tenant, a.ID, dbtest.Named("of before"), true, dbtest.Inside),
		db.MoveFollower(ctx, a, dbtest.Named("of before"), dbtest.Named("follower")),
		db.SetAuthor(ctx, a, dbtest.Named("text"), dbtest.Named("writer")),
		db.SaveAccount(ctx, a, social.SealedAccount{Citizen: dbtest.Named("of before"), Sealed: []byte("s")}, dbtest.Inside),
		db.MoveAccount(ctx, a, social.SealedAccount{Citizen: dbtest.Named("of before"), Sealed: []byte("s")}, social.SealedAccount{Citizen: dbtest.Named("writer"), Sealed: []byte("again")}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if p, err := db.Following(ctx, dbtest.Tenant, a.ID, dbtest.Named("follower"), dbtest.Named("of before")); err != nil || p != scoring.Follower {
		t.Fatal(p, err)
	}
}

// secondUserKeeps: keys, the register, codes, API keys, sweeps, what /readyz asks.
func secondUserKeeps(t *testing.T, db *dbtest.DB) {
	t.Helper()
	ctx, now := t.Context(), dbtest.Inside
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := db.AddKey(ctx, dbtest.Tenant, "some", []byte("wrapped")); err != nil {
			t.Fatal(err)
		}
		must(db.ImportUnits(ctx, dbtest.Tenant, []models.Unit{{Code: "A01", Name: "单位", Class: "政府部门", Type: models.Government}}, now))
		must(db.EnsureScenes(ctx, dbtest.Tenant, "gh_1", []string{"u:A01"}, now))
		must(db.Sweep(ctx, now.Add(72*time.Hour)))
		must(db.SweepAnswers(ctx, now.Add(400*time.Hour)))
		must(db.Ready(ctx))
	}
	if _, err := db.AddPersonKey(ctx, models.PersonKey{Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Channel: models.Social, Account: "none"}, []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if done, err := db.ReplaceKey(ctx, dbtest.Tenant, "some", []byte("wrapped"), []byte("anew")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyKey(ctx, dbtest.Tenant, "some", now))
	must(db.AddSealingKey(ctx, dbtest.Tenant, 2, []byte("wrapped")))
	if err := db.AddSealingKey(ctx, dbtest.Tenant, 2, []byte("wrapped")); models.KindOf(err) != models.Conflict {
		t.Fatal(err)
	}
	for _, table := range models.SealedTables() {
		rows, err := db.SealedRows(ctx, dbtest.Tenant, table, models.SealedRow{}, 10)
		must(err)
		for i := range rows {
			if n, err := db.Reseal(ctx, dbtest.Tenant, table, []models.Resealed{{SealedRow: rows[i], Again: []byte("anew")}}); err != nil || n != 1 {
				t.Fatalf("%s: %d, %v", table, n, err)
			}
		}
	}
	for _, want := range []bool{true, false} {
		if mine, err := db.ClaimJob(ctx, "job", now, dbtest.NewID(t), time.Now().Add(time.Hour)); err != nil || mine != want {
			t.Fatal(mine, err)
		}
	}
	must(db.EndJob(ctx, "job", now, dbtest.NewID(t), false, now))
	must(db.SweepJobs(ctx, now.Add(time.Hour)))
	k := models.APIKey{ID: dbtest.NewID(t), Tenant: dbtest.Tenant, Name: "k", Role: models.RoleOffice, Hash: []byte("hash"), CreatedAt: models.At(now), Units: []string{"A01"}}
	must(db.CreateAPIKey(ctx, k))
	other := k
	other.ID = dbtest.NewID(t)
	if err := db.CreateAPIKey(ctx, other); models.KindOf(err) != models.Conflict {
		t.Fatal(err)
	}
	must(db.UsedAPIKey(ctx, &k, now))
	must(db.RevokeAPIKey(ctx, dbtest.Tenant, k.ID, now))
	must(db.TakeComplaints(ctx, dbtest.Tenant, true))
	if done, err := db.CompleteCampaign(ctx, dbtest.Tenant, dbtest.Campaign, "{}"); err != nil || !done {
		t.Fatal(done, err)
	}
	if _, err := db.Clock(ctx); err != nil {
		t.Fatal(err)
	}
	if needs, err := db.NeedsMigration(ctx); err != nil || needs {
		t.Fatal(needs, err)
	}
}
