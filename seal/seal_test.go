package seal_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"pingyi/models"
	"pingyi/seal"
)

const secret, other = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"

type memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (k *memory) Key(_ context.Context, tenant, name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.m[tenant+"/"+name]; w != nil {
		return w, nil
	}
	return nil, models.Errorf(models.NotFound, "unknown_key", "no key %s", name)
}

func (k *memory) AddKey(_ context.Context, tenant, name string, wrapped []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.m[tenant+"/"+name]; w != nil {
		return w, nil
	}
	k.m[tenant+"/"+name] = wrapped
	return wrapped, nil
}

func (k *memory) PersonKey(ctx context.Context, p models.PersonKey) ([]byte, error) {
	return k.Key(ctx, p.Tenant, p.Name())
}

func (*memory) SealingKeys(context.Context, string) ([]models.SealingKey, error) { return nil, nil }

func (k *memory) AddPersonKey(ctx context.Context, p models.PersonKey, wrapped []byte) ([]byte, error) {
	return k.AddKey(ctx, p.Tenant, p.Name(), wrapped)
}

// late is a store as a server sees it that looked before another one stored its
// key, and stores its own after.
type late struct{ *memory }

func (late) Key(_ context.Context, _, name string) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "no key %s", name)
}

func (late) PersonKey(context.Context, models.PersonKey) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "no key of persons")
}

func wrapper(t *testing.T, current, previous string) *seal.Wrapper {
	t.Helper()
	w, err := seal.NewWrapper(current, previous)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestBox_otherUseOrAlteredByte_doesNotOpen(t *testing.T) {
	b, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	sealed := b.Seal([]byte("投诉"), []byte("a"))
	if plain, err := b.Open(sealed, []byte("a")); err != nil || string(plain) != "投诉" {
		t.Fatalf("opened %q, %v", plain, err)
	}
	if _, err := b.Open(sealed, []byte("b")); !errors.Is(err, seal.ErrOpen) {
		t.Fatalf("opened for another use: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := b.Open(bad, []byte("a")); err == nil {
			t.Fatalf("opened with byte %d altered", i)
		}
	}
	for n := range seal.Overhead {
		if _, err := b.Open(sealed[:n], []byte("a")); err == nil {
			t.Fatalf("opened when cut to %d bytes", n)
		}
	}
}

func TestBox_sealedTwice_hasTwoVersions(t *testing.T) {
	b, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	x, y := b.Seal(nil, nil), b.Seal(nil, nil)
	if bytes.Equal(x[:seal.NonceSize], y[:seal.NonceSize]) {
		t.Fatal("two sealings share a nonce")
	}
}

func TestWrapper_rotation_opensOldAndSaysSo(t *testing.T) {
	key := seal.NewKey()
	old := wrapper(t, secret, "").Wrap(key, "k")
	got, stale, err := wrapper(t, other, secret).Unwrap(old, "k")
	if err != nil || !stale || !bytes.Equal(got, key) {
		t.Fatalf("unwrapped %v, stale %v, %v", bytes.Equal(got, key), stale, err)
	}
	if _, _, err = wrapper(t, other, "").Unwrap(old, "k"); !errors.Is(err, seal.ErrOpen) || !strings.Contains(err.Error(), "PINGYI_SECRET_PREVIOUS") {
		t.Fatalf("error %v", err)
	}
	if _, err := seal.NewWrapper("short", ""); err == nil {
		t.Fatal("a short secret was taken")
	}
}

func TestRing_twoServersAtOnce_useOneKey(t *testing.T) {
	store := &memory{m: map[string][]byte{}}
	ids := make(chan models.ID, 32)
	var wg sync.WaitGroup
	for range 16 {
		ring := seal.NewRing(wrapper(t, secret, ""), late{store})
		wg.Go(func() {
			p, err := ring.NewPerson(t.Context(), models.PersonKey{Tenant: "default", Campaign: "2017", Account: "wx"}, "o1")
			if err != nil {
				t.Error(err)
			}
			keys, err := ring.Tenant(t.Context(), "default")
			if err != nil {
				t.Error(err)
				return
			}
			ids <- p
			ids <- keys.Citizen("wx", "o1")
		})
	}
	wg.Wait()
	close(ids)
	seen := map[models.ID]bool{}
	for i := range ids {
		seen[i] = true
	}
	if len(seen) != 2 {
		t.Fatalf("%d different hashes of one person, want 2 (person and citizen)", len(seen))
	}
}

func TestRing_person_differsByCampaignAccountAndTenant(t *testing.T) {
	ring := seal.NewRing(wrapper(t, secret, ""), &memory{m: map[string][]byte{}})
	seen := map[models.ID]string{}
	for _, n := range [][3]string{{"a", "2017", "wx"}, {"a", "2018", "wx"}, {"a", "2017", "wy"}, {"b", "2017", "wx"}} {
		p, err := ring.NewPerson(t.Context(), models.PersonKey{Tenant: n[0], Campaign: n[1], Account: n[2]}, "o1")
		if err != nil {
			t.Fatal(err)
		}
		if s, dup := seen[p]; dup {
			t.Fatalf("%v and %s give one person", n, s)
		}
		seen[p] = strings.Join(n[:], "/")
	}
}

func TestHash_partsDoNotRunTogether(t *testing.T) {
	h := seal.NewHasher(seal.NewKey())
	if h.Hash("ab", "c") == h.Hash("a", "bc") {
		t.Fatal("two lists of parts have one hash")
	}
}

func TestPerson_lookedUp_makesNoKey(t *testing.T) {
	keys := &memory{m: map[string][]byte{}}
	ring := seal.NewRing(wrapper(t, secret, ""), keys)
	key := models.PersonKey{Tenant: "default", Campaign: "2017", Account: "wx"}
	if _, err := ring.Person(t.Context(), key, "o1"); models.KindOf(err) != models.NotFound || len(keys.m) != 0 {
		t.Fatalf("a look-up before any rating: %v, %d keys stored", err, len(keys.m))
	}
	rated, err := ring.NewPerson(t.Context(), key, "o1")
	if err != nil || len(keys.m) != 1 {
		t.Fatalf("the first rating: %v, %d keys stored", err, len(keys.m))
	}
	if found, err := ring.Person(t.Context(), key, "o1"); err != nil || found != rated {
		t.Fatalf("looked up after it: %v, the same person %v", err, found == rated)
	}
}
