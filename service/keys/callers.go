package keys

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"pingyi/models"
)

const (
	keysKnown    = 10_000 // hashes of keys in force that a server remembers
	refreshWait  = 3 * time.Second
	useWait      = time.Second // for writing that a key was used
	useRetry     = time.Minute
	refreshEvery = time.Second // how often it looks which they are, under a load of wrong ones
)

// Principal is whom an API key stands for.
type Principal struct {
	Tenant string
	KeyID  string // names the key in the access log; no secret
	Name   string
	Role   models.Role
	Scope  models.Scope // what of the tenant the key reaches
}

// Reaches is an error where the key does not reach a campaign: the same as for a
// campaign that there is not.
func (p Principal) Reaches(campaign string) error {
	if !p.Scope.HasCampaign(campaign) {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %q", campaign)
	}
	return nil
}

// Used looks keys up, and notes that they were used.
type Used interface {
	// APIKeyByHash finds a key that was not revoked. models.NotFound: none.
	APIKeyByHash(ctx context.Context, hash []byte) (models.APIKey, error)
	// APIKeyHashes lists the hashes of at most limit keys that were not revoked.
	APIKeyHashes(ctx context.Context, limit int) ([][]byte, error)
	// UsedAPIKey notes the hour of a key's last use.
	UsedAPIKey(ctx context.Context, k *models.APIKey, now time.Time) error
}

// Callers authenticates callers of the API, and remembers the hashes of keys that were
// right, so that a load of wrong ones locks no caller out.
type Callers struct {
	used    Used
	refused func(tenant string, hash []byte) bool
	log     *slog.Logger
	now     func() time.Time // the time in use, which ends keys

	mu        sync.Mutex
	known     map[[sha256.Size]byte]bool
	refreshed time.Time
	refresh   singleflight.Group
	noted     map[models.ID]time.Time // when the use of a key was to be written last
}

// NewCallers returns callers by the keys of a record. refused says of a key that it
// opens nothing in this installation.
func NewCallers(used Used, refused func(tenant string, hash []byte) bool, now func() time.Time, log *slog.Logger) *Callers {
	return &Callers{used: used, refused: refused, log: log, now: now, known: map[[sha256.Size]byte]bool{}, noted: map[models.ID]time.Time{}}
}

// Authenticate finds the principal of a key. models.Unauthorised: it is unknown, revoked,
// ended or malformed. What a key may is asked each time, so that it can
// be taken back at once.
func (k *Callers) Authenticate(ctx context.Context, key string) (Principal, error) {
	unknown := models.Errorf(models.Unauthorised, "unauthorised", "the API key is missing, unknown or revoked")
	if !isKey(key) {
		return Principal{}, unknown
	}
	found, err := k.used.APIKeyByHash(ctx, Hash(key))
	if err == nil && (found.Ended(k.now()) || k.refused(found.Tenant, found.Hash)) {
		err = unknown
	}
	switch models.KindOf(err) {
	case models.NotFound, models.Unauthorised:
		k.remember(key, false)
		return Principal{}, unknown
	}
	if err != nil {
		return Principal{}, err
	}
	k.remember(key, true)
	k.use(ctx, &found)
	return Principal{Tenant: found.Tenant, KeyID: found.ID.String(), Name: found.Name, Role: found.Role, Scope: found.Scope()}, nil
}

// use notes the hour of a key's last use. A caller is answered also where that cannot
// be written; a minute later it is tried again.
func (k *Callers) use(ctx context.Context, found *models.APIKey) {
	now := k.now()
	k.mu.Lock()
	due := found.LastUsedAt.Before(now.Truncate(time.Hour)) && now.Sub(k.noted[found.ID]) >= useRetry
	if due {
		k.noted[found.ID] = now
	}
	k.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), useWait)
	defer cancel()
	if err := k.used.UsedAPIKey(ctx, found, now); err != nil {
		k.log.Warn("the last use of an API key was not written", "key", found.ID.String(), "err", err)
	}
}

// isKey reports whether a text has the form of a key.
func isKey(key string) bool { return strings.HasPrefix(key, prefix) && len(key) <= 100 }

func (k *Callers) remember(key string, right bool) {
	hash := sha256.Sum256([]byte(key))
	k.mu.Lock()
	defer k.mu.Unlock()
	if right && len(k.known) < keysKnown {
		k.known[hash] = true
	} else if !right {
		delete(k.known, hash)
	}
}

// Known reports, without a look-up, whether a key was right when it was last looked at.
func (k *Callers) Known(key string) bool {
	if !isKey(key) {
		return false
	}
	hash := sha256.Sum256([]byte(key))
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known[hash]
}

// Refresh looks which keys are in force, at most once a second however many ask.
func (k *Callers) Refresh(ctx context.Context) error {
	_, err, _ := k.refresh.Do("", func() (any, error) {
		k.mu.Lock()
		due := time.Since(k.refreshed) >= refreshEvery
		k.mu.Unlock()
		if !due {
			return nil, nil //nolint:nilnil // nothing is handed over but the error
		}
		// One caller asks for all who wait: the end of its own request must not end it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshWait)
		defer cancel()
		hashes, err := k.used.APIKeyHashes(ctx, keysKnown)
		if err != nil {
			return nil, err
		}
		known := make(map[[sha256.Size]byte]bool, len(hashes))
		for _, h := range hashes {
			if len(h) == sha256.Size {
				known[[sha256.Size]byte(h)] = true
			}
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.known, k.refreshed = known, time.Now()
		return nil, nil //nolint:nilnil // as above
	})
	return err
}
