package store

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
)

// secondUserRates: alone, in a group, replaced, repeated, taken back, excluded.
func secondUserRates(t *testing.T, db *DB) {
	t.Helper()
	w := writerOn(t, db, WriterOptions{})
	first := rating(t, "A01", "554")
	first.Provenance = scoring.Follower
	submit(t, w, first, scoring.Counted)
	submit(t, w, again(t, first), scoring.Repeat)
	second := change(t, first, "111")
	submit(t, w, second, scoring.Counted)
	late := rating(t, "A01", "555")
	late.PlatformAt, late.ReceivedAt = closes.Add(time.Second), closes.Add(2*time.Second)
	submit(t, w, late, scoring.TooLate)
	group := make(chan error, 40)
	var some []scoring.Submission
	for range cap(group) / 2 {
		s := rating(t, "A02", "543")
		some = append(some, s)
		for _, s := range []scoring.Submission{s, again(t, s)} { // twice at once: one is a repeat
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
	if n := count(t, db, "ratings", "unit='A02'"); n != len(some) {
		t.Errorf("%d ratings of %d pushes", n, len(some))
	}
	for range 2 {
		ack, err := db.AddReason(t.Context(), scoring.Reason{
			Tenant: tenant, Receipt: second.Receipt, Person: second.Person, Reason: "attitude", Push: newID(t), ReceivedAt: inside.Add(time.Minute), Answer: []byte("a"),
		})
		if err != nil || ack.Verdict != scoring.Counted {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	back := scoring.Withdrawal{
		Tenant: tenant, Campaign: campaign, Unit: "A01", Channel: models.Mobile, Person: first.Person, Push: newID(t), Draft: newID(t),
		PlatformAt: inside.Add(time.Minute), ReceivedAt: inside.Add(time.Minute), Answer: []byte("a"),
	}
	for _, want := range []scoring.Verdict{scoring.Counted, scoring.Repeat} {
		if ack, err := db.Withdraw(t.Context(), back); err != nil || ack.Verdict != want {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	out := count(t, db, "live_ratings", "unit='A02'")
	act := scoring.Act{By: "a", ApprovedBy: "b", At: inside.Add(time.Hour)}
	var excluded models.ID
	for _, s := range some {
		done, err := db.Exclude(t.Context(), tenant, campaign, s.Rating, "robot", act)
		if err != nil {
			continue // another of the two pushes counted
		}
		if done {
			excluded = s.Rating
			break
		}
	}
	if excluded.IsZero() || count(t, db, "live_ratings", "unit='A02'") != out-1 {
		t.Fatal("no rating was excluded")
	}
	if done, err := db.Restore(t.Context(), tenant, campaign, excluded, "mistake", act); err != nil || !done {
		t.Fatal(done, err)
	}
}

// secondUserFiles: a complaint, its events, its codes, its end.
func secondUserFiles(t *testing.T, db *DB) {
	t.Helper()
	f := filing(t)
	f.SealedContact = []byte("sealed")
	file(t, db, f, complaints.Filed)
	repeat := f
	repeat.ID = newID(t)
	file(t, db, repeat, complaints.Repeat)
	yes := true
	for _, e := range []Event{{State: complaints.Answered, OnTime: &yes}, {State: complaints.Revisit, Satisfied: &yes}} {
		e.Tenant, e.Complaint, e.At = tenant, f.ID, inside.Add(2*time.Hour)
		if err := db.AddEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.TicketByNo(t.Context(), tenant, newID(t), "20261122-9999", []byte("x"), inside); models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Remember(t.Context(), models.Identity{Tenant: tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: at(inside)}))
	must(db.Remember(t.Context(), models.Identity{Tenant: tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: at(inside.Add(time.Hour)), Follows: &yes}))
	must(db.SetFollowing(t.Context(), tenant, "gh_1", f.Citizen, true, inside))
	must(db.SetFollowing(t.Context(), tenant, "gh_1", f.Citizen, false, inside.Add(time.Minute)))
	if done, err := db.ReplaceComplaintKey(t.Context(), tenant, f.ID, f.WrappedKey, []byte("other")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyComplaint(t.Context(), tenant, f.ID))
	must(db.Erase(t.Context(), tenant, "gh_1", f.Citizen))
}

// secondUserReadsInPublic: texts, readings, ratings of texts, a text that was deleted.
func secondUserReadsInPublic(t *testing.T, db *DB) {
	t.Helper()
	ctx, a, now := t.Context(), social.Account{Tenant: tenant, ID: "wb_1"}, inside
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
		if _, err := db.Lease(ctx, a, "reader", named("holder"), now, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		must(db.SaveAccount(ctx, a, social.SealedAccount{Citizen: named("author"), Sealed: []byte("s")}, now))
		must(db.NoteToken(ctx, a, named("token"), now, now))
		if _, err := db.MayAnswer(ctx, a, named("author"), "20261122", "counted", named("text")); err != nil {
			t.Fatal(err)
		}
	}
	for _, reading := range []string{"first", "second"} {
		if first, err := db.KeepReading(ctx, a, named("signature"), named(reading), now); err != nil || first != named("first") {
			t.Fatal(first, err)
		}
	}
	if first, err := db.FirstReading(ctx, a, named("signature")); err != nil || first != named("first") {
		t.Fatal(first, err)
	}
	item := social.Item{ID: named("text"), Kind: "mention", Feed: "mentions", Author: named("author"), Sealed: []byte("s"), At: now, FetchedAt: now}
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", State: []byte("1"), Items: []social.Item{item}, Round: 1}))
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", Version: 1, State: []byte("2"), Items: []social.Item{item}, Round: 2}))
	s := rating(t, "A03", "5")
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", item.ID, nil
	submit(t, writerOn(t, db, WriterOptions{}), s, scoring.Counted)
	read := []social.Reading{{Item: item.ID, Outcome: social.Counted, Campaign: campaign, Unit: "A03", Level: 5, Rating: s.Rating, At: now}}
	must(db.WriteDown(ctx, a, read))
	must(db.WriteDown(ctx, a, read))
	for _, want := range []bool{true, false} {
		if done, err := db.Retract(ctx, tenant, "wb_1", campaign, item.ID, now.Add(time.Minute)); err != nil || done != want {
			t.Fatal(done, err)
		}
	}
	p := social.PollRecord{Tenant: tenant, ID: named("poll"), Campaign: campaign, Title: "p", Signer: "s", EnteredAt: now}
	for _, want := range []bool{true, false} {
		if _, added, err := db.AddPollResult(ctx, p, models.Scope{}); err != nil || added != want {
			t.Fatal(added, err)
		}
	}
}

// secondUserRehashes: rows of the release before are moved to hashes of their own.
func secondUserRehashes(t *testing.T, db *DB) {
	t.Helper()
	ctx, a := t.Context(), social.Account{Tenant: tenant, ID: "wb_1"}
	for _, err := range []error{
		db.SetFollowing(ctx, tenant, a.ID, named("of before"), true, inside),
		db.MoveFollower(ctx, a, named("of before"), named("follower")),
		db.SetAuthor(ctx, a, named("text"), named("writer")),
		db.SaveAccount(ctx, a, social.SealedAccount{Citizen: named("of before"), Sealed: []byte("s")}, inside),
		db.MoveAccount(ctx, a, social.SealedAccount{Citizen: named("of before"), Sealed: []byte("s")}, social.SealedAccount{Citizen: named("writer"), Sealed: []byte("again")}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if p, err := db.Following(ctx, tenant, a.ID, named("follower"), named("of before")); err != nil || p != scoring.Follower {
		t.Fatal(p, err)
	}
}

// secondUserKeeps: keys, the register, codes, API keys, sweeps, what /readyz asks.
func secondUserKeeps(t *testing.T, db *DB) {
	t.Helper()
	ctx, now := t.Context(), inside
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := db.AddKey(ctx, tenant, "some", []byte("wrapped")); err != nil {
			t.Fatal(err)
		}
		must(db.ImportUnits(ctx, tenant, []models.Unit{{Code: "A01", Name: "单位", Class: "政府部门", Type: models.Government}}, now))
		must(db.EnsureScenes(ctx, tenant, "gh_1", []string{"u:A01"}, now))
		must(db.Sweep(ctx, now.Add(72*time.Hour)))
		must(db.SweepAnswers(ctx, now.Add(400*time.Hour)))
		must(db.Ready(ctx))
	}
	if _, err := db.AddPersonKey(ctx, models.PersonKey{Tenant: tenant, Campaign: campaign, Channel: models.Social, Account: "none"}, []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if done, err := db.ReplaceKey(ctx, tenant, "some", []byte("wrapped"), []byte("anew")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyKey(ctx, tenant, "some", now))
	must(db.AddSealingKey(ctx, tenant, 2, []byte("wrapped")))
	if err := db.AddSealingKey(ctx, tenant, 2, []byte("wrapped")); models.KindOf(err) != models.Conflict {
		t.Fatal(err)
	}
	for _, table := range SealedTables() {
		rows, err := db.SealedRows(ctx, tenant, table, SealedRow{}, 10)
		must(err)
		for i := range rows {
			if n, err := db.Reseal(ctx, tenant, table, []Resealed{{rows[i], []byte("anew")}}); err != nil || n != 1 {
				t.Fatalf("%s: %d, %v", table, n, err)
			}
		}
	}
	for _, want := range []bool{true, false} {
		if mine, err := db.ClaimJob(ctx, "job", now, newID(t), time.Now().Add(time.Hour)); err != nil || mine != want {
			t.Fatal(mine, err)
		}
	}
	must(db.EndJob(ctx, "job", now, newID(t), false, now))
	must(db.SweepJobs(ctx, now.Add(time.Hour)))
	k := models.APIKey{ID: newID(t), Tenant: tenant, Name: "k", Role: models.RoleOffice, Hash: []byte("hash"), CreatedAt: at(now), Units: []string{"A01"}}
	must(db.CreateAPIKey(ctx, k))
	other := k
	other.ID = newID(t)
	if err := db.CreateAPIKey(ctx, other); models.KindOf(err) != models.Conflict {
		t.Fatal(err)
	}
	must(db.UsedAPIKey(ctx, &k, now))
	must(db.RevokeAPIKey(ctx, tenant, k.ID, now))
	must(db.TakeComplaints(ctx, tenant, true))
	if done, err := db.CompleteCampaign(ctx, tenant, campaign, "{}"); err != nil || !done {
		t.Fatal(done, err)
	}
	if _, err := db.Clock(ctx); err != nil {
		t.Fatal(err)
	}
	if needs, err := db.NeedsMigration(ctx); err != nil || needs {
		t.Fatal(needs, err)
	}
}
