package dbtest

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

// Withdrawal takes back what s put in.
func Withdrawal(t testing.TB, s scoring.Submission) scoring.Withdrawal {
	t.Helper()
	return scoring.Withdrawal{
		Tenant: s.Tenant, Campaign: s.Campaign, Unit: s.Unit, Channel: s.Channel, Person: s.Person,
		Push: NewID(t), Draft: NewID(t), PlatformAt: Inside, ReceivedAt: Inside.Add(time.Minute), Answer: []byte("withdrawn"),
	}
}

// Withdraw takes a rating back and fails on another verdict.
func Withdraw(t testing.TB, db *DB, w scoring.Withdrawal, want scoring.Verdict) scoring.Ack {
	t.Helper()
	ack, err := db.Withdraw(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if ack.Verdict != want {
		t.Fatalf("verdict %d, want %d", ack.Verdict, want)
	}
	return ack
}

// Filing is a complaint of a new citizen about A01.
func Filing(t testing.TB) complaints.Filing {
	t.Helper()
	return complaints.Filing{
		Tenant: Tenant, Campaign: Campaign, Channel: models.Mobile, Account: "gh_1", Unit: "A01", Kind: "delay",
		ID: NewID(t), Push: NewID(t), Draft: NewID(t), WrappedKey: []byte("wrapped"), SealedParts: []byte("parts"), SealedContact: []byte("contact"),
		Anonymous: true, Citizen: NewID(t), SealedCitizen: []byte("sealed"), PlatformAt: Inside, ReceivedAt: Inside,
		CodeHash: []byte("the hash of the code............"), Finish: func(no string) ([]byte, error) { return []byte("filed " + no), nil },
	}
}

// File files a complaint and fails on another verdict.
func File(t testing.TB, db *DB, f complaints.Filing, want complaints.Verdict) complaints.Ack {
	t.Helper()
	ack, err := db.File(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if ack.Verdict != want {
		t.Fatalf("verdict %d, want %d", ack.Verdict, want)
	}
	return ack
}

// Public is a public rating of a new person, fetched an hour after it was
// written.
func Public(t testing.TB, unit, answers string, at time.Time) scoring.Submission {
	t.Helper()
	s := Rating(t, unit, answers)
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", NewID(t), nil
	s.PlatformAt, s.ReceivedAt = at, at.Add(time.Hour)
	return s
}

// AnotherPublic is another public text of the same person.
func AnotherPublic(t testing.TB, s scoring.Submission, answers string, at time.Time) scoring.Submission {
	t.Helper()
	p := Public(t, s.Unit, answers, at)
	p.Person = s.Person
	return p
}

// EveryKind records one row of every kind of evidence.
func EveryKind(t *testing.T, db *DB) {
	t.Helper()
	WithCampaign(t, db, 9)
	w := WriterOn(t, db, record.WriterOptions{})
	first := Rating(t, "A01", "54321")
	Submit(t, w, first, scoring.Counted)
	Submit(t, w, Change(t, first, "33333"), scoring.Counted)
	gone := Rating(t, "A02", "5-0-1")
	Submit(t, w, gone, scoring.Counted)
	Withdraw(t, db, Withdrawal(t, gone), scoring.Counted)
	low := Rating(t, "A03", "1")
	Submit(t, w, low, scoring.Counted)
	for i := range 2 { // tapped twice
		r := scoring.Reason{Tenant: Tenant, Receipt: low.Receipt, Person: low.Person, Reason: "slow", Push: NewID(t), ReceivedAt: Inside.Add(time.Duration(i) * time.Minute), Answer: []byte("a")}
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Counted {
			t.Fatal(ack, err)
		}
	}
	out := Rating(t, "A04", "5")
	Submit(t, w, out, scoring.Counted)
	act := scoring.Act{By: "a", ApprovedBy: "b", Note: "n", At: Inside}
	if done, err := db.Exclude(t.Context(), Tenant, Campaign, out.Rating, "hand", act); err != nil || !done {
		t.Fatal(done, err)
	}
	text := Public(t, "A05", "4", Inside)
	Submit(t, w, text, scoring.Counted)
	if got, err := db.Retract(t.Context(), Tenant, "wb_1", Campaign, text.Source, Inside.Add(2*time.Hour)); err != nil || !got {
		t.Fatal(got, err)
	}
	f := Filing(t)
	f.Unit = "A06"
	File(t, db, f, complaints.Filed)
	Submit(t, w, Rating(t, "A07", "5"), scoring.Counted)
	Submit(t, w, Rating(t, "A07", "5"), scoring.Counted)
}
