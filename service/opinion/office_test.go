package opinion

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/social"
)

// shelf keeps keys and the times of tokens in memory; what a status does not ask for is
// not there, and would end the test.
type shelf struct {
	Record
	keys    map[string][]byte
	issued  map[models.ID]time.Time
	written int
}

func (s *shelf) Key(_ context.Context, tenant, name string) ([]byte, error) {
	if wrapped := s.keys[tenant+"/"+name]; wrapped != nil {
		return wrapped, nil
	}
	return nil, models.Errorf(models.NotFound, "unknown_key", "there is no such key")
}

func (s *shelf) AddKey(_ context.Context, tenant, name string, wrapped []byte) ([]byte, error) {
	s.keys[tenant+"/"+name] = wrapped
	return wrapped, nil
}

func (s *shelf) AddPersonKey(context.Context, models.PersonKey, []byte) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "there is no such key")
}

func (s *shelf) PersonKey(context.Context, models.PersonKey) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "there is no such key")
}

func (s *shelf) SealingKeys(context.Context, string) ([]models.SealingKey, error) { return nil, nil }

func (s *shelf) Spent(context.Context, social.Account, string) (map[string]int, error) {
	return nil, nil //nolint:nilnil // nothing was spent
}

func (s *shelf) Outcomes(context.Context, social.Account) (map[social.Reason]int64, int64, error) {
	return nil, 0, nil
}

func (s *shelf) TokenIssued(_ context.Context, _ social.Account, token models.ID) (time.Time, error) {
	return s.issued[token], nil
}

func (s *shelf) NoteToken(_ context.Context, _ social.Account, token models.ID, issued, _ time.Time) error {
	s.written++
	s.issued[token] = issued
	return nil
}

type gauge struct{ n float64 }

func (g *gauge) Set(n float64) { g.n = n }

// A status is asked for by readers of the API: it writes nothing, also where the token
// was never seen before. The server's own look notes that it was.
func TestStatus_tokenNeverSeen_isShownAndNotNoted(t *testing.T) {
	wrapper, err := seal.NewWrapper("0123456789abcdef0123456789abcdef", "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	s := &shelf{keys: map[string][]byte{}, issued: map[models.ID]time.Time{}}
	f := Office{
		Record: s, Ring: seal.NewRing(wrapper, s), Account: social.Account{Tenant: "t", ID: "1"}, Token: "secret",
		Now: func() time.Time { return now },
	}
	for range 2 {
		status, err := f.Status(t.Context(), "t")
		if err != nil || status.Token == nil || !status.Token.Issued.Equal(now) {
			t.Fatalf("%+v, %v", status, err)
		}
	}
	if s.written != 0 {
		t.Errorf("a status wrote %d times", s.written)
	}
	keys, err := NewKeys(t.Context(), f.Ring, f.Account, nil)
	if err != nil {
		t.Fatal(err)
	}
	left := &gauge{}
	watch := TokenWatch{Log: slog.New(slog.DiscardHandler), DaysLeft: left}
	if err := watch.look(t.Context(), keys.Token(s, f.Token), now); err != nil || s.written != 1 || left.n != 365 {
		t.Errorf("the watch wrote %d times, %v days are left, %v", s.written, left.n, err)
	}
	now = now.AddDate(0, 0, 10)
	if status, err := f.Status(t.Context(), "t"); err != nil || status.Token.DaysLeft != 355 {
		t.Errorf("ten days later: %+v, %v", status.Token, err)
	}
}
