package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/social"
	"pingyi/store"
)

const (
	rehashJob = "rehash_authors"
	// A server of the release before does not find what was moved. So the job moves
	// nothing until servers of this one have run for a day: its first run is due at a
	// midnight, which may be up to a day before it is made.
	rehashAfter = 48 * time.Hour
)

// rehash is the job that moves rows of the release before, see rehashing.
func (s *server) rehash(ctx context.Context) error {
	first, err := s.db.FirstDue(ctx, rehashJob)
	if err != nil {
		return err
	}
	now, err := s.db.Clock(ctx)
	if err != nil {
		return err
	}
	if first.IsZero() || now.Sub(first) < rehashAfter {
		return nil
	}
	return (&rehashing{s.db, s.ring, s.log}).run(ctx)
}

// rehashing gives the rows of followers, public texts and accounts that were looked up,
// which the release before wrote under the hash of citizens, hashes of their own. A
// follower's id is known from their identity or their complaint; without either the row
// stays, and no other row has its hash. It goes with the release after this one, and so
// do the readers of both hashes.
type rehashing struct {
	db   *store.DB
	ring *seal.Ring
	log  *slog.Logger
}

func (r *rehashing) run(ctx context.Context) error {
	tenants, err := r.db.Tenants(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, t := range tenants {
		if err := r.rehashTenant(ctx, t.Tenant); err != nil {
			faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
		}
	}
	return errors.Join(faults...)
}

func (r *rehashing) rehashTenant(ctx context.Context, tenant string) error {
	accounts, err := r.db.HashedAccounts(ctx, tenant)
	if err != nil || len(accounts) == 0 {
		return err
	}
	keys, err := r.ring.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		m := &rehasher{db: r.db, keys: &socialKeys{ring: r.ring, tenant: keys, account: social.Account{Tenant: tenant, ID: a}}}
		for _, move := range []func(context.Context) error{m.followers, m.texts, m.accounts} {
			if err := move(ctx); err != nil {
				return err
			}
		}
		if m.moved > 0 {
			r.log.InfoContext(ctx, "rows of followers and authors have hashes of their own now", "tenant", tenant, "rows", m.moved)
		}
		if m.closed > 0 {
			r.log.WarnContext(ctx, "rows of followers and authors open with no key; their hashes are as they were", "tenant", tenant, "rows", m.closed)
		}
	}
	return nil
}

// rehasher does so for the rows of one account.
type rehasher struct {
	db            *store.DB
	keys          *socialKeys
	moved, closed int
}

func (m *rehasher) followers(ctx context.Context) error {
	account := m.keys.account
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := m.db.FollowersOfBefore(ctx, account, after, accountsPage)
		return each(list, err, citizenOf, func(s *social.SealedAccount) error {
			id, err := m.keys.tenant.Citizens().Open(s.Sealed, s.Citizen[:])
			if err != nil {
				m.closed++
				return nil
			}
			m.moved++
			return m.db.MoveFollower(ctx, account, s.Citizen, m.keys.tenant.Follower(account.ID, string(id)))
		})
	})
}

func (m *rehasher) texts(ctx context.Context) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := m.db.StoredItems(ctx, m.keys.account, after, accountsPage)
		return each(list, err, func(i *social.Item) models.ID { return i.ID }, func(i *social.Item) error {
			p, err := social.AuthorOf(m.keys, i)
			if err != nil {
				m.closed++
				return nil
			}
			author := m.keys.Author(p.UID)
			if author == i.Author {
				return nil
			}
			m.moved++
			return m.db.SetAuthor(ctx, m.keys.account, i.ID, author)
		})
	})
}

func (m *rehasher) accounts(ctx context.Context) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := m.db.LookedUp(ctx, m.keys.account, after, accountsPage)
		return each(list, err, citizenOf, func(s *social.SealedAccount) error {
			plain, err := m.keys.Open(s.Sealed, s.Citizen)
			var p social.Profile
			if err == nil {
				err = json.Unmarshal(plain, &p)
			}
			if err != nil {
				m.closed++
				return nil
			}
			author := m.keys.Author(p.UID)
			if author == s.Citizen {
				return nil
			}
			m.moved++
			return m.db.MoveAccount(ctx, m.keys.account, *s, social.SealedAccount{Citizen: author, Sealed: m.keys.Seal(plain, author)})
		})
	})
}
