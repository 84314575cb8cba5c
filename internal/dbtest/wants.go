package dbtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/audit"
	"pingyi/store/proof"
)

// TallyOf is the tally of a unit.
func TallyOf(t *testing.T, db *DB, channel models.Channel, unit string) scoring.Tally {
	t.Helper()
	list, err := db.Tallies(t.Context(), Tenant, Campaign, channel)
	if err != nil {
		t.Fatal(err)
	}
	for _, tally := range list {
		if tally.Unit == unit {
			return tally
		}
	}
	t.Fatalf("no tally of %s", unit)
	return scoring.Tally{}
}

// WantSound fails where anything kept differs from a recount, a sum of I4, or a row
// of evidence from another.
func WantSound(t testing.TB, db *DB) {
	t.Helper()
	WantTallied(t, db)
	if got := EvidenceDifferences(t, db, false); got != "" {
		t.Errorf("evidence differs: %s", got)
	}
}

// WantTallied fails where anything kept differs from a recount, or a sum of I4.
func WantTallied(t testing.TB, db *DB) {
	t.Helper()
	differences, err := db.Recount(t.Context(), Tenant, Campaign, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
	for _, channel := range []models.Channel{models.Mobile, models.Social} {
		list, err := db.Tallies(t.Context(), Tenant, Campaign, channel)
		if err != nil {
			t.Fatal(err)
		}
		for _, y := range list {
			if y.Received != y.Live+y.Superseded+y.Excluded+y.Withdrawn {
				t.Errorf("%s: received %d is not the sum of %d, %d, %d, %d", y.Unit, y.Received, y.Live, y.Superseded, y.Excluded, y.Withdrawn)
			}
		}
	}
}

// WantRows fails where a table has another number of rows.
func WantRows(t *testing.T, db *DB, want map[string]int) {
	t.Helper()
	for table, n := range want {
		if got := Count(t, db, table, "1=1"); got != n {
			t.Errorf("%s: %d rows, want %d", table, got, n)
		}
	}
}

// Tamper changes what the transactions keep, behind their back.
func Tamper(t *testing.T, db *DB, statement string) {
	t.Helper()
	if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// Differences are "field unit" of what a recount finds.
func Differences(t *testing.T, db *DB) string {
	t.Helper()
	list, err := db.Recount(t.Context(), Tenant, Campaign, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.Field+" "+d.Unit)
	}
	return strings.Join(got, ",")
}

// Proofs are what the proofs of tests are checked with.
func Proofs(t testing.TB, attested bool) audit.Proofs {
	t.Helper()
	p, err := Prover(t.Context(), Tenant)
	if err != nil {
		t.Fatal(err)
	}
	proofs := audit.Proofs{Checked: true, Provers: []proof.Prover{p}, Attested: attested}
	if attested {
		proofs.Sign = p
	}
	return proofs
}

// CheckEvidence checks all evidence.
func CheckEvidence(t testing.TB, db *DB, p audit.Proofs) *audit.Evidence {
	t.Helper()
	e, err := db.CheckEvidence(t.Context(), Tenant, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// EvidenceDifferences are "field unit number" of what a check of the evidence finds.
func EvidenceDifferences(t testing.TB, db *DB, attested bool) string {
	t.Helper()
	return Listed(CheckEvidence(t, db, Proofs(t, attested)))
}

// Listed are "field unit number" of what was found.
func Listed(e *audit.Evidence) string {
	var got []string
	for _, c := range slices.Sorted(maps.Keys(e.Differences)) {
		for _, d := range e.Differences[c] {
			got = append(got, fmt.Sprint(d.Field, " ", d.Unit, " ", d.Recorded-d.Recounted))
		}
	}
	return strings.Join(got, ",")
}

// Fingerprints are those of the campaign.
func Fingerprints(t *testing.T, db *DB) audit.Fingerprints {
	t.Helper()
	f, err := db.Fingerprints(t.Context(), Tenant, Campaign)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
