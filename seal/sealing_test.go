package seal_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/models"
	"pingyi/seal"
)

// renewed is a store with sealing keys. While it is away it answers nobody.
type renewed struct {
	memory

	keys  []models.SealingKey
	away  bool
	asked int
}

var errAway = errors.New("the database is away")

func (k *renewed) SealingKeys(context.Context, string) ([]models.SealingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if k.away {
		return nil, errAway
	}
	list := slices.Clone(k.keys)
	for i := range list {
		list[i].Age = time.Since(list[i].CreatedAt)
	}
	return list, nil
}

func (k *renewed) renew(t *testing.T) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.keys) + 1
	k.keys = append(k.keys, models.SealingKey{
		Number: n, Wrapped: wrapper(t, secret, "").Wrap(seal.NewKey(), "default/"+models.SealingName(n)), CreatedAt: time.Now(),
	})
}

// sealer is one process.
type sealer struct {
	ring *seal.Ring
	keys *seal.Tenant
}

func (k *renewed) process(t *testing.T) sealer {
	t.Helper()
	ring := seal.NewRing(wrapper(t, secret, ""), k)
	keys, err := ring.Tenant(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	return sealer{ring, keys}
}

// values are one of each kind that sealing keys seal.
func (s sealer) values(t *testing.T) [3][]byte {
	t.Helper()
	box, err := s.keys.Session(models.ID{1})
	if err != nil {
		t.Fatal(err)
	}
	use := []byte("use")
	return [3][]byte{box.Seal([]byte("会话"), use), s.keys.Answers().Seal([]byte("会话"), use), s.keys.Citizens().Seal([]byte("会话"), use)}
}

// opens counts how many of the values the process opens.
func (s sealer) opens(t *testing.T, v [3][]byte) (n int) {
	t.Helper()
	box, err := s.keys.Session(models.ID{1})
	if err != nil {
		t.Fatal(err)
	}
	for i, open := range []func(sealed, use []byte) ([]byte, error){box.Open, s.keys.Answers().Open, s.keys.Citizens().Open} {
		switch plain, err := open(v[i], []byte("use")); {
		case err == nil && string(plain) == "会话":
			n++
		case !errors.Is(err, seal.ErrOpen):
			t.Errorf("value %d: %q, %v", i, plain, err)
		}
	}
	return n
}

// newest reports whether the newest key in use sealed a value of platform ids.
func (s sealer) newest(t *testing.T, v [3][]byte) bool {
	t.Helper()
	_, stale, err := s.keys.Citizens().Reseal(v[2], []byte("use"))
	if err != nil {
		t.Fatal(err)
	}
	return !stale
}

// Two processes, each of which asks for keys every ten seconds, open at each moment of
// two renewals what the other sealed, and what was sealed before.
func TestRenewal_twoProcesses_openEachOthersValuesThroughout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &renewed{memory: memory{m: map[string][]byte{}}}
		a, b := store.process(t), store.process(t)
		citizen := a.keys.Citizen("wx", "o1")
		all := [][3][]byte{a.values(t)}
		first := all[0]
		for second := range 600 {
			if second == 60 || second == 330 {
				store.renew(t)
			}
			for i, p := range []sealer{a, b} {
				if second%10 == i*7 {
					if err := p.ring.Refresh(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			all = append(all, a.values(t), b.values(t))
			for _, p := range []sealer{a, b} {
				for _, v := range all[max(0, len(all)-40):] {
					if n := p.opens(t, v); n != len(v) {
						t.Fatalf("second %d: %d of %d values open", second, n, len(v))
					}
				}
				if n := p.opens(t, first); n != len(first) {
					t.Fatalf("second %d: of before, %d values open", second, n)
				}
			}
			time.Sleep(time.Second)
		}
		again := store.process(t)
		if again.opens(t, all[len(all)-1]) != 3 || a.newest(t, first) || !a.newest(t, all[len(all)-1]) || store.keys[1].Number != 2 {
			t.Error("the second renewal is not what seals now")
		}
		if again.keys.Citizen("wx", "o1") != citizen {
			t.Error("a renewal makes another hash of a citizen")
		}
	})
}

// Nothing is sealed with a key that is younger than the delay.
func TestRenewal_beforeTheDelay_sealsWithTheKeyBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &renewed{memory: memory{m: map[string][]byte{}}}
		a := store.process(t)
		before := a.values(t)
		store.renew(t)
		for _, wait := range []time.Duration{0, seal.SealingDelay - time.Millisecond, time.Millisecond} {
			time.Sleep(wait)
			if err := a.ring.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			if used := !a.newest(t, before); used != (time.Since(store.keys[0].CreatedAt) >= seal.SealingDelay) {
				t.Errorf("after %v the new key is in use: %v", time.Since(store.keys[0].CreatedAt), used)
			}
		}
	})
}

// A process that could not ask for keys asks when a value does not open, once; while it
// cannot, the error is not that the value is of no key.
func TestReload_couldNotAskForLong_asksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &renewed{memory: memory{m: map[string][]byte{}}}
		a, b := store.process(t), store.process(t)
		store.renew(t)
		time.Sleep(seal.SealingDelay)
		if err := a.ring.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		v := a.values(t)
		if n := b.opens(t, v); n != 0 {
			t.Fatalf("%d values open with a key that is not known", n)
		}
		store.away = true
		if err := b.ring.Reload(t.Context(), "default"); !errors.Is(err, errAway) || errors.Is(err, seal.ErrOpen) {
			t.Fatalf("while the database is away: %v", err)
		}
		store.away, store.asked = false, 0
		for range 100 {
			if err := b.ring.Reload(t.Context(), "default"); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.opens(t, v); n != len(v) || store.asked != 1 {
			t.Errorf("%d of %d values open, asked %d times", n, len(v), store.asked)
		}
	})
}

func TestRenewal_endedKey_opensNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &renewed{memory: memory{m: map[string][]byte{}}}
		a := store.process(t)
		var sealed [][3][]byte
		for range 2 {
			store.renew(t)
			time.Sleep(seal.SealingDelay)
			if err := a.ring.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			sealed = append(sealed, a.values(t))
		}
		store.keys[0].Wrapped, store.keys[0].DestroyedAt = nil, time.Now()
		if err := a.ring.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ended, kept := a.opens(t, sealed[0]), a.opens(t, sealed[1]); ended != 0 || kept != 3 {
			t.Errorf("%d values of the ended key open, %d of the other", ended, kept)
		}
	})
}

// A tap seals and opens with the newest key at no more than one key costs.
func TestSession_afterRenewals_allocatesNoMore(t *testing.T) {
	allocations := func(renewals int) float64 {
		store := &renewed{memory: memory{m: map[string][]byte{}}}
		for range renewals {
			store.renew(t)
		}
		for i := range store.keys {
			store.keys[i].CreatedAt = time.Now().Add(-time.Hour)
		}
		a := store.process(t)
		plain, use := []byte("会话"), []byte("use")
		return testing.AllocsPerRun(100, func() {
			box, err := a.keys.Session(models.ID{1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = box.Open(box.Seal(plain, use), use); err != nil {
				t.Fatal(err)
			}
			if _, err = a.keys.Answers().Open(a.keys.Answers().Seal(plain, use), use); err != nil {
				t.Fatal(err)
			}
		})
	}
	if one, three := allocations(0), allocations(2); three > one {
		t.Errorf("%v allocations with one key, %v with three", one, three)
	}
}
