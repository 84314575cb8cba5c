package audit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/audit"
	"pingyi/store/record"
)

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
			dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
				dbtest.EveryKind(t, db)
				for _, s := range tt.statements {
					dbtest.Tamper(t, db, s)
				}
				if got := dbtest.EvidenceDifferences(t, db, true); got != tt.want {
					t.Errorf("differences %s, want %s", got, tt.want)
				}
			})
		})
	}
}

func TestCheckEvidence_rowsAsTheyWereWritten_allProven(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.EveryKind(t, db)
		dbtest.WantSound(t, db)
		e := dbtest.CheckEvidence(t, db, dbtest.Proofs(t, true))
		if dbtest.Listed(e) != "" || e.Proven != kindsProven || e.Before != 0 {
			t.Errorf("differences %q, %d proven, %d without, want %d proven", dbtest.Listed(e), e.Proven, e.Before, kindsProven)
		}
		if other := (audit.Proofs{Checked: true}); dbtest.Listed(dbtest.CheckEvidence(t, db, other)) == "" {
			t.Error("without the key they were made with every proof is right")
		}
		unchecked := dbtest.CheckEvidence(t, db, audit.Proofs{Attested: true})
		if dbtest.Listed(unchecked) != "" || unchecked.Proven != 0 {
			t.Errorf("without the secret: %q, %d proven", dbtest.Listed(unchecked), unchecked.Proven)
		}
	})
}

// What is erased of a citizen is no evidence.
func TestCheckEvidence_afterErasure_isTheSame(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.EveryKind(t, db)
		f := dbtest.Filing(t)
		f.Unit = "A09"
		dbtest.File(t, db, f, complaints.Filed)
		if err := db.Erase(t.Context(), dbtest.Tenant, "gh_1", f.Citizen); err != nil {
			t.Fatal(err)
		}
		if err := db.DestroyComplaint(t.Context(), dbtest.Tenant, f.ID); err != nil {
			t.Fatal(err)
		}
		if err := db.Sweep(t.Context(), dbtest.Closes); err != nil {
			t.Fatal(err)
		}
		if got := dbtest.EvidenceDifferences(t, db, true); got != "" {
			t.Errorf("differences %s", got)
		}
	})
}

// More effects than a page, of two campaigns.
func TestCheckEvidence_manyPages_readsEveryRow(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	dbtest.WithCampaign(t, db, 1)
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	const n = audit.EvidencePage + 20
	var group sync.WaitGroup
	for range n {
		s := dbtest.Rating(t, "A01", "5")
		group.Go(func() {
			if ack, err := w.Submit(t.Context(), s); err != nil || ack.Verdict != scoring.Counted {
				t.Error(ack, err)
			}
		})
	}
	group.Wait()
	last := dbtest.Rating(t, "A01", "4")
	dbtest.Submit(t, w, last, scoring.Counted)
	if e := dbtest.CheckEvidence(t, db, dbtest.Proofs(t, true)); dbtest.Listed(e) != "" || e.Proven != n+1 {
		t.Errorf("%s, %d proven", dbtest.Listed(e), e.Proven)
	}
	dbtest.Tamper(t, db, fmt.Sprintf("UPDATE ratings SET serial = 'x' WHERE receipt = '%s'", last.Receipt))
	if got := dbtest.EvidenceDifferences(t, db, true); got != "proofs_wrong A01 1" {
		t.Errorf("differences %s", got)
	}
}

// ofBefore makes the rows those of a version that knew no proofs.
func ofBefore(t *testing.T, db *dbtest.DB) {
	t.Helper()
	for _, table := range []string{"effects", "rating_ends", "rating_exclusions", "social_retractions", "complaint_events"} {
		dbtest.Tamper(t, db, "UPDATE "+table+" SET proof = NULL")
	}
}

func attest(t *testing.T, db *dbtest.DB, want bool) audit.Attestation {
	t.Helper()
	sign, err := dbtest.Prover(t.Context(), dbtest.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	a, done, err := db.Attest(t.Context(), dbtest.Tenant, sign, false, dbtest.Closes)
	if err != nil || done != want {
		t.Fatalf("attested %t, %v, want %t", done, err, want)
	}
	return a
}

func TestAttest_rowsOfBefore_areCoveredOnce(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.EveryKind(t, db)
		ofBefore(t, db)
		if e := dbtest.CheckEvidence(t, db, dbtest.Proofs(t, false)); dbtest.Listed(e) != "" || e.Before != kindsBefore || !e.AttestedAt.IsZero() {
			t.Errorf("before: %q, %d rows, attested %s", dbtest.Listed(e), e.Before, e.AttestedAt)
		}
		a := attest(t, db, true)
		if a.Rows != kindsBefore || a.Kinds["rating"] != 8 || a.Kinds["end"] != 3 {
			t.Errorf("attested %+v", a)
		}
		if e := dbtest.CheckEvidence(t, db, dbtest.Proofs(t, true)); dbtest.Listed(e) != "" || e.Before != kindsBefore || !e.AttestedAt.Equal(dbtest.Closes) {
			t.Errorf("after: %q, %d rows, attested %s", dbtest.Listed(e), e.Before, e.AttestedAt)
		}
		// What comes later has a proof of its own, and cannot be attested.
		dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), dbtest.Rating(t, "A01", "5"), scoring.Counted)
		if again := attest(t, db, false); again.Rows != kindsBefore || !again.At.Equal(dbtest.Closes) {
			t.Errorf("attested again: %+v", again)
		}
		if e := dbtest.CheckEvidence(t, db, dbtest.Proofs(t, true)); dbtest.Listed(e) != "" || e.Proven != 1 {
			t.Errorf("a rating later: %q, %d proven", dbtest.Listed(e), e.Proven)
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
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				db := db
				if db.Dialect().IsMySQL() {
					db = dbtest.Migrated(t, dbtest.MySQLURL(t))
				} else {
					db = dbtest.Migrated(t, dbtest.SQLiteURL(t))
				}
				dbtest.EveryKind(t, db)
				ofBefore(t, db)
				attest(t, db, true)
				dbtest.Tamper(t, db, tt.statement)
				got := dbtest.EvidenceDifferences(t, db, true)
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
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 2)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		for i, unit := range []string{"A01", "A02", "A01"} {
			s := dbtest.Rating(t, unit, "5-0")
			s.Rating, s.Person, s.Receipt, s.Push = dbtest.Named(fmt.Sprint("rating", i)), dbtest.Named(fmt.Sprint("person", i)), fmt.Sprint("receipt", i), dbtest.Named(fmt.Sprint("push", 9-i))
			dbtest.Submit(t, w, s, scoring.Counted)
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
