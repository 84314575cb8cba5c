package main

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"pingyi/config"
	"pingyi/models"
	"pingyi/store"
	"pingyi/web"
)

const (
	keysKnown    = 10_000 // hashes of keys in force that a server remembers
	refreshWait  = 3 * time.Second
	useWait      = time.Second // for writing that a key was used
	useRetry     = time.Minute
	refreshEvery = time.Second // how often it looks which they are, under a load of wrong ones
)

// apiKeys authenticates callers of the API, and remembers the hashes of keys that were
// right, so that a load of wrong ones locks nobody out. It implements web.Keys.
type apiKeys struct {
	db   *store.DB
	opts *config.Options
	log  *slog.Logger
	now  func() time.Time // the time in use, which ends keys

	mu        sync.Mutex
	known     map[[sha256.Size]byte]bool
	refreshed time.Time
	refresh   singleflight.Group
	noted     map[models.ID]time.Time // when the use of a key was to be written last
}

func newAPIKeys(o *opened) *apiKeys {
	return &apiKeys{
		db: o.db, opts: &o.opts, log: o.log, now: o.now, known: map[[sha256.Size]byte]bool{}, noted: map[models.ID]time.Time{},
	}
}

// Authenticate implements web.Keys. What a key may is asked each time, so that it can
// be taken back at once.
func (k *apiKeys) Authenticate(ctx context.Context, key string) (web.Principal, error) {
	unknown := models.Errorf(models.Unauthorised, "unauthorised", "the API key is missing, unknown or revoked")
	if !isKey(key) {
		return web.Principal{}, unknown
	}
	found, err := k.db.APIKeyByHash(ctx, keyHash(key))
	if err == nil && (found.Ended(k.now()) || !k.opts.Demo() && isDemoKey(k.opts, found.Tenant, found.Hash)) {
		err = unknown
	}
	switch models.KindOf(err) {
	case models.NotFound, models.Unauthorised:
		k.remember(key, false)
		return web.Principal{}, unknown
	}
	if err != nil {
		return web.Principal{}, err
	}
	k.remember(key, true)
	k.use(ctx, &found)
	return web.Principal{Tenant: found.Tenant, KeyID: found.ID.String(), Name: found.Name, Role: found.Role, Scope: found.Scope()}, nil
}

// use notes the hour of a key's last use. A caller is answered also where that cannot
// be written; a minute later it is tried again.
func (k *apiKeys) use(ctx context.Context, found *models.APIKey) {
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
	if err := k.db.UsedAPIKey(ctx, found, now); err != nil {
		k.log.Warn("the last use of an API key was not written", "key", found.ID.String(), "err", err)
	}
}

// isKey reports whether a text has the form of a key.
func isKey(key string) bool { return strings.HasPrefix(key, keyPrefix) && len(key) <= 100 }

func (k *apiKeys) remember(key string, right bool) {
	hash := sha256.Sum256([]byte(key))
	k.mu.Lock()
	defer k.mu.Unlock()
	if right && len(k.known) < keysKnown {
		k.known[hash] = true
	} else if !right {
		delete(k.known, hash)
	}
}

// Known implements web.Keys.
func (k *apiKeys) Known(key string) bool {
	if !isKey(key) {
		return false
	}
	hash := sha256.Sum256([]byte(key))
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known[hash]
}

// Refresh implements web.Keys.
func (k *apiKeys) Refresh(ctx context.Context) error {
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
		hashes, err := k.db.APIKeyHashes(ctx, keysKnown)
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
