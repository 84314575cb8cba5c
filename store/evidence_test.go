package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/scoring"
)

func testProofs(t testing.TB, attested bool) Proofs {
	t.Helper()
	p, err := testProver(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	proofs := Proofs{Checked: true, Provers: []Prover{p}, Attested: attested}
	if attested {
		proofs.Sign = p
	}
	return proofs
}

func checkEvidence(t testing.TB, db *DB, p Proofs) *Evidence {
	t.Helper()
	e, err := db.CheckEvidence(t.Context(), tenant, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// evidenceDifferences are "field unit number" of what a check of the evidence finds.
func evidenceDifferences(t testing.TB, db *DB, attested bool) string {
	t.Helper()
	return listed(checkEvidence(t, db, testProofs(t, attested)))
}

func listed(e *Evidence) string {
	var got []string
	for _, c := range slices.Sorted(maps.Keys(e.Differences)) {
		for _, d := range e.Differences[c] {
			got = append(got, fmt.Sprint(d.Field, " ", d.Unit, " ", d.Recorded-d.Recounted))
		}
	}
	return strings.Join(got, ",")
}

// everyKind records one row of every kind of evidence.
func everyKind(t *testing.T, db *DB) {
	t.Helper()
	withCampaign(t, db, 9)
	w := writerOn(t, db, WriterOptions{})
	first := rating(t, "A01", "54321")
	submit(t, w, first, scoring.Counted)
	submit(t, w, change(t, first, "33333"), scoring.Counted)
	gone := rating(t, "A02", "5-0-1")
	submit(t, w, gone, scoring.Counted)
	withdraw(t, db, withdrawal(t, gone), scoring.Counted)
	low := rating(t, "A03", "1")
	submit(t, w, low, scoring.Counted)
	for i := range 2 { // tapped twice
		r := scoring.Reason{Tenant: tenant, Receipt: low.Receipt, Person: low.Person, Reason: "slow", Push: newID(t), ReceivedAt: inside.Add(time.Duration(i) * time.Minute), Answer: []byte("a")}
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Counted {
			t.Fatal(ack, err)
		}
	}
	out := rating(t, "A04", "5")
	submit(t, w, out, scoring.Counted)
	act := scoring.Act{By: "a", ApprovedBy: "b", Note: "n", At: inside}
	if done, err := db.Exclude(t.Context(), tenant, campaign, out.Rating, "hand", act); err != nil || !done {
		t.Fatal(done, err)
	}
	text := public(t, "A05", "4", inside)
	submit(t, w, text, scoring.Counted)
	if got, err := db.Retract(t.Context(), tenant, "wb_1", campaign, text.Source, inside.Add(2*time.Hour)); err != nil || !got {
		t.Fatal(got, err)
	}
	f := filing(t)
	f.Unit = "A06"
	file(t, db, f, complaints.Filed)
	submit(t, w, rating(t, "A07", "5"), scoring.Counted)
	submit(t, w, rating(t, "A07", "5"), scoring.Counted)
}

// kindsProven is how many rows of everyKind have a proof: 8 ratings, a withdrawal, 2
// reasons, a complaint, 3 ends, an exclusion, a retraction, the filing of the complaint. That one follows from the
// complaint and needs none.
const (
	kindsProven = kindsBefore + 1
	kindsBefore = 8 + 1 + 2 + 1 + 3 + 1 + 1
)

// columnsOfRatings are those of a row that SQL copies.
const columnsOfRatings = "tenant,campaign,id,channel,account,unit,window_code,serial,person,answers,receipt,platform_at,received_at"

func TestCheckEvidence_whatWasTamperedWith_isNamed(t *testing.T) {
	tests := map[string]struct {
		want       string
		statements []string
	}{
		"a rating by SQL, with index and tally": {"ratings_without_effect A08 1", []string{
			"INSERT INTO ratings (" + columnsOfRatings + ") VALUES ('default','2017',X'0102','mobile','gh_1','A08','','',X'0304','55555','R','2026-11-22 08:00:00.000','2026-11-22 08:00:00.000')",
			"INSERT INTO live_ratings (tenant,campaign,channel,unit,person,rating,answers) VALUES ('default','2017','mobile','A08',X'0304',X'0102','55555')",
		}},
		"a rating by SQL, with an effect": {"proofs_missing A08 1", []string{
			"INSERT INTO ratings (" + columnsOfRatings + ") VALUES ('default','2017',X'0102','mobile','gh_1','A08','','',X'0304','55555','R','2026-11-22 08:00:00.000','2026-11-22 08:00:00.000')",
			"INSERT INTO effects (tenant,push,id,kind,ref,answer,recorded_at) VALUES ('default',X'0506',X'0102','rating',X'0102',X'','2026-11-22 08:00:00.000')",
		}},
		"a rating by SQL, with the effect of another": {"proofs_wrong A08 1", []string{
			"INSERT INTO ratings (" + columnsOfRatings + ") VALUES ('default','2017',X'0102','mobile','gh_1','A08','','',X'0304','55555','R','2026-11-22 08:00:00.000','2026-11-22 08:00:00.000')",
			"INSERT INTO effects (tenant,push,id,kind,ref,answer,proof,recorded_at) SELECT tenant,X'0506',X'0102','rating',X'0102',X'',proof,'2026-11-22 08:00:00.000' FROM effects WHERE ref = (SELECT rating FROM live_ratings WHERE unit = 'A01')",
		}},
		"a complaint deleted, its effect left": {"effects_without_complaint  1", []string{"DELETE FROM complaints", "DELETE FROM complaint_events", "UPDATE tallies SET complaints_received = 0"}},
		"a rating deleted, its effect left":    {"effects_without_rating  1", []string{"DELETE FROM ratings WHERE unit = 'A03'", "DELETE FROM rating_reasons", "DELETE FROM effects WHERE kind = 'reason'"}},
		"levels altered in three tables": {"proofs_wrong A01 1", []string{
			"UPDATE ratings SET answers = '11111' WHERE answers = '33333'", "UPDATE live_ratings SET answers = '11111' WHERE answers = '33333'",
			"UPDATE tallies SET d1_l3=0,d2_l3=0,d3_l3=0,d4_l3=0,d5_l3=0,d1_l1=1,d2_l1=1,d3_l1=1,d4_l1=1,d5_l1=1 WHERE unit = 'A01'",
		}},
		"the unit of a rating":            {"proofs_wrong A08 2", []string{"UPDATE ratings SET unit = 'A08' WHERE unit = 'A07'"}},
		"the time of a rating":            {"proofs_wrong A03 1", []string{"UPDATE ratings SET platform_at = '2026-11-22 08:00:00.001' WHERE unit = 'A03'"}},
		"the person of a rating":          {"proofs_wrong A03 1", []string{"UPDATE ratings SET person = X'0102' WHERE unit = 'A03'"}},
		"both times of receipt":           {"proofs_wrong A03 1", []string{"UPDATE ratings SET received_at = '2026-11-22 08:00:00.001' WHERE unit = 'A03'", "UPDATE effects SET recorded_at = '2026-11-22 08:00:00.001' WHERE id = (SELECT id FROM ratings WHERE unit = 'A03')"}},
		"the unit a complaint counts for": {"proofs_wrong A06 1", []string{"UPDATE complaints SET counted_unit = 'A01'"}},
		"a proof taken away":              {"proofs_missing A03 1", []string{"UPDATE effects SET proof = NULL WHERE id = (SELECT id FROM ratings WHERE unit = 'A03')"}},
		"a withdrawal taken back":         {"effects_without_withdrawal A02 1,withdrawal_times_without_end A02 1", []string{"DELETE FROM rating_ends WHERE rating = (SELECT id FROM ratings WHERE unit = 'A02')"}},
		"the time of a withdrawal":        {"proofs_wrong A02 1", []string{"UPDATE rating_withdrawals SET platform_at = '2026-11-22 08:00:00.001'"}},
		"a withdrawal by SQL":             {"proofs_missing A03 1,withdrawals_without_effect A03 1", []string{"INSERT INTO rating_ends (tenant,campaign,rating,how,ended_at) SELECT tenant,campaign,id,'withdrawn',received_at FROM ratings WHERE unit = 'A03'"}},
		"a replacement by SQL":            {"proofs_wrong A02 1,proofs_missing A03 1,superseded_by_none A03 1", []string{"INSERT INTO rating_ends (tenant,campaign,rating,how,ended_at,by_rating) SELECT tenant,campaign,id,'superseded',received_at,id FROM ratings WHERE unit = 'A03'", "UPDATE rating_ends SET by_rating = (SELECT id FROM ratings WHERE unit = 'A02') WHERE how = 'superseded' AND rating = (SELECT id FROM ratings WHERE unit = 'A03')"}},
		"an end of no rating":             {"ends_without_rating  1,proofs_missing  1", []string{"INSERT INTO rating_ends (tenant,campaign,rating,how,ended_at) VALUES ('default','2017',X'0908','withdrawn','2026-11-22 08:00:00.000')"}},
		"a reason gone":                   {"effects_without_reason A03 2", []string{"DELETE FROM rating_reasons"}},
		"another reason":                  {"proofs_wrong A03 2,reasons_without_effect A03 1", []string{"UPDATE rating_reasons SET reason = 'rude'"}},
		"a reason by SQL":                 {"reasons_without_effect A01 1", []string{"INSERT INTO rating_reasons (tenant,rating,reason,given_at) SELECT tenant,rating,'rude','2026-11-22 08:00:00.000' FROM live_ratings WHERE unit = 'A01'"}},
		"a reason beside a true one":      {"reasons_without_effect A03 1", []string{"INSERT INTO rating_reasons (tenant,rating,reason,given_at) SELECT tenant,rating,'rude',given_at FROM rating_reasons"}},
		"the time of a reason":            {"reasons_without_effect A03 1", []string{"UPDATE rating_reasons SET given_at = '2026-11-22 08:00:00.001'"}},
		"a reason of no rating":           {"reasons_without_effect  1", []string{"INSERT INTO rating_reasons (tenant,rating,reason,given_at) VALUES ('default',X'0908','rude','2026-11-22 08:00:00.001')"}},
		"whether one followed":            {"proofs_wrong A03 1", []string{"INSERT INTO rating_provenances (tenant,campaign,rating,provenance) SELECT tenant,campaign,id,'unfollowed' FROM ratings WHERE unit = 'A03'"}},
		"a filing gone":                   {"complaints_without_filing A06 1", []string{"DELETE FROM complaint_events", "UPDATE tallies SET complaints_received = 0"}},
		"a filing altered":                {"complaints_without_filing A06 1,proofs_wrong A06 1", []string{"UPDATE complaint_events SET state = 'answered', on_time = 1", "UPDATE tallies SET complaints_answered = 1, complaints_on_time = 1 WHERE unit = 'A06'"}},
		"a step of a complaint by SQL":    {"proofs_missing A06 1", []string{"INSERT INTO complaint_events (tenant,complaint,seq,state,happened_at,by_name,on_time) SELECT tenant,complaint,2,'answered',happened_at,'a',1 FROM complaint_events"}},
		"an event of no complaint":        {"events_out_of_order  1,events_without_complaint  1,proofs_missing  1", []string{"INSERT INTO complaint_events (tenant,complaint,seq,state,happened_at,by_name) VALUES ('default',X'0908',2,'answered','2026-11-22 08:00:00.000','a')"}},
		"exclusions by SQL":               {"proofs_missing A01 1,proofs_missing A03 1,proofs_missing A07 2", []string{"INSERT INTO rating_exclusions (tenant,campaign,rating,seq,reason,note,by_name,approved_by,happened_at) SELECT tenant,campaign,rating,1,'hand','','a','b','2026-12-05 08:00:00.000' FROM live_ratings WHERE channel = 'mobile'"}},
		"an exclusion out of order":       {"exclusions_out_of_order A04 1,proofs_wrong A04 1", []string{"UPDATE rating_exclusions SET seq = 3"}},
		"who agreed to an exclusion":      {"proofs_wrong A04 1", []string{"UPDATE rating_exclusions SET approved_by = 'x'"}},
		"an exclusion of no rating":       {"exclusions_without_rating  1,proofs_missing  1", []string{"INSERT INTO rating_exclusions (tenant,campaign,rating,seq,reason,note,by_name,approved_by,happened_at) VALUES ('default','2017',X'0908',1,'hand','','a','b','2026-11-22 08:00:00.000')"}},
		"a deletion that nobody noticed":  {"withdrawals_without_effect A05 1", []string{"DELETE FROM social_retractions"}},
		"another text of a public rating": {"proofs_wrong A05 1,withdrawals_without_effect A05 1", []string{"UPDATE public_ratings SET item = X'0102'"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, db *DB) {
				everyKind(t, db)
				for _, s := range tt.statements {
					tamper(t, db, s)
				}
				if got := evidenceDifferences(t, db, true); got != tt.want {
					t.Errorf("differences %s, want %s", got, tt.want)
				}
			})
		})
	}
}

func TestCheckEvidence_rowsAsTheyWereWritten_allProven(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		everyKind(t, db)
		wantSound(t, db)
		e := checkEvidence(t, db, testProofs(t, true))
		if listed(e) != "" || e.Proven != kindsProven || e.Before != 0 {
			t.Errorf("differences %q, %d proven, %d without, want %d proven", listed(e), e.Proven, e.Before, kindsProven)
		}
		if other := (Proofs{Checked: true}); listed(checkEvidence(t, db, other)) == "" {
			t.Error("without the key they were made with every proof is right")
		}
		unchecked := checkEvidence(t, db, Proofs{Attested: true})
		if listed(unchecked) != "" || unchecked.Proven != 0 {
			t.Errorf("without the secret: %q, %d proven", listed(unchecked), unchecked.Proven)
		}
	})
}

// What is erased of a citizen is no evidence.
func TestCheckEvidence_afterErasure_isTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		everyKind(t, db)
		f := filing(t)
		f.Unit = "A09"
		file(t, db, f, complaints.Filed)
		if err := db.Erase(t.Context(), tenant, "gh_1", f.Citizen); err != nil {
			t.Fatal(err)
		}
		if err := db.DestroyComplaint(t.Context(), tenant, f.ID); err != nil {
			t.Fatal(err)
		}
		if err := db.Sweep(t.Context(), closes); err != nil {
			t.Fatal(err)
		}
		if got := evidenceDifferences(t, db, true); got != "" {
			t.Errorf("differences %s", got)
		}
	})
}

// More effects than a page, of two campaigns.
func TestCheckEvidence_manyPages_readsEveryRow(t *testing.T) {
	db := migrated(t, sqliteURL(t))
	withCampaign(t, db, 1)
	w := writerOn(t, db, WriterOptions{})
	const n = evidencePage + 20
	var group sync.WaitGroup
	for range n {
		s := rating(t, "A01", "5")
		group.Go(func() {
			if ack, err := w.Submit(t.Context(), s); err != nil || ack.Verdict != scoring.Counted {
				t.Error(ack, err)
			}
		})
	}
	group.Wait()
	last := rating(t, "A01", "4")
	submit(t, w, last, scoring.Counted)
	if e := checkEvidence(t, db, testProofs(t, true)); listed(e) != "" || e.Proven != n+1 {
		t.Errorf("%s, %d proven", listed(e), e.Proven)
	}
	tamper(t, db, fmt.Sprintf("UPDATE ratings SET serial = 'x' WHERE receipt = '%s'", last.Receipt))
	if got := evidenceDifferences(t, db, true); got != "proofs_wrong A01 1" {
		t.Errorf("differences %s", got)
	}
}

// ofBefore makes the rows those of a version that knew no proofs.
func ofBefore(t *testing.T, db *DB) {
	t.Helper()
	for _, table := range []string{"effects", "rating_ends", "rating_exclusions", "social_retractions", "complaint_events"} {
		tamper(t, db, "UPDATE "+table+" SET proof = NULL")
	}
}

func attest(t *testing.T, db *DB, want bool) Attestation {
	t.Helper()
	sign, err := testProver(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	a, done, err := db.Attest(t.Context(), tenant, sign, false, closes)
	if err != nil || done != want {
		t.Fatalf("attested %t, %v, want %t", done, err, want)
	}
	return a
}

func TestAttest_rowsOfBefore_areCoveredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		everyKind(t, db)
		ofBefore(t, db)
		if e := checkEvidence(t, db, testProofs(t, false)); listed(e) != "" || e.Before != kindsBefore || !e.AttestedAt.IsZero() {
			t.Errorf("before: %q, %d rows, attested %s", listed(e), e.Before, e.AttestedAt)
		}
		a := attest(t, db, true)
		if a.Rows != kindsBefore || a.Kinds["rating"] != 8 || a.Kinds["end"] != 3 {
			t.Errorf("attested %+v", a)
		}
		if e := checkEvidence(t, db, testProofs(t, true)); listed(e) != "" || e.Before != kindsBefore || !e.AttestedAt.Equal(closes) {
			t.Errorf("after: %q, %d rows, attested %s", listed(e), e.Before, e.AttestedAt)
		}
		// What comes later has a proof of its own, and cannot be attested.
		submit(t, writerOn(t, db, WriterOptions{}), rating(t, "A01", "5"), scoring.Counted)
		if again := attest(t, db, false); again.Rows != kindsBefore || !again.At.Equal(closes) {
			t.Errorf("attested again: %+v", again)
		}
		if e := checkEvidence(t, db, testProofs(t, true)); listed(e) != "" || e.Proven != 1 {
			t.Errorf("a rating later: %q, %d proven", listed(e), e.Proven)
		}
	})
}

func TestAttest_whatIsAlteredLater_isNamed(t *testing.T) {
	tests := map[string]struct{ want, statement string }{
		"levels":              {"rows_as_attested A03 1", "UPDATE ratings SET answers = '5' WHERE unit = 'A03'"},
		"a unit":              {"rows_as_attested A07 2,proofs_missing A08 2", "UPDATE ratings SET unit = 'A08' WHERE unit = 'A07'"},
		"a row without proof": {"proofs_missing A07 1", "INSERT INTO effects (tenant,push,id,kind,ref,answer,recorded_at) SELECT tenant,X'0506',X'0102','rating',ref,X'',recorded_at FROM effects WHERE id = (SELECT MIN(id) FROM ratings WHERE unit = 'A07')"},
		"a rating gone":       {"effects_without_rating  1,proofs_missing  1,rows_as_attested A07 1", "DELETE FROM ratings WHERE id = (SELECT x FROM (SELECT MIN(id) x FROM ratings WHERE unit = 'A07') y)"},
		"an exclusion gone":   {"rows_as_attested A04 1", "DELETE FROM rating_exclusions"},
		"a count":             {"attestations_wrong  1,attestations_wrong A03 1,rows_as_attested A03 1", "UPDATE attestations SET row_count = 2 WHERE unit = 'A03' AND kind = 'rating'"},
		"all of it":           {"", "DELETE FROM attestations"}, // every row lacks its proof: see below
	}
	onBoth(t, func(t *testing.T, db *DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				db := db
				if db.Dialect().isMySQL() {
					db = migrated(t, mysqlURL(t))
				} else {
					db = migrated(t, sqliteURL(t))
				}
				everyKind(t, db)
				ofBefore(t, db)
				attest(t, db, true)
				tamper(t, db, tt.statement)
				got := evidenceDifferences(t, db, true)
				if tt.want == "" {
					if n := strings.Count(got, "proofs_missing"); n != 7 {
						t.Errorf("%d units lack proofs: %s", n, got)
					}
				} else if got != tt.want {
					t.Errorf("differences %s, want %s", got, tt.want)
				}
			})
		}
	})
}

// The same rows have the same digest on every server.
func TestAttest_sameRows_sameDigest(t *testing.T) {
	var sums []string
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 2)
		w := writerOn(t, db, WriterOptions{})
		for i, unit := range []string{"A01", "A02", "A01"} {
			s := rating(t, unit, "5-0")
			s.Rating, s.Person, s.Receipt, s.Push = named(fmt.Sprint("rating", i)), named(fmt.Sprint("person", i)), fmt.Sprint("receipt", i), named(fmt.Sprint("push", 9-i))
			submit(t, w, s, scoring.Counted)
		}
		ofBefore(t, db)
		sums = append(sums, fmt.Sprintf("%x", attest(t, db, true).Digest))
	})
	for _, s := range sums {
		if s != sums[0] || len(s) != 64 {
			t.Errorf("digests %v", sums)
		}
	}
}
