package opinion

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
)

const (
	// RehashJob is the name of the job of a Rehashing.
	RehashJob = "rehash_authors"
	// A server of the release before does not find what was moved. So the job moves
	// nothing until servers of this one have run for a day: its first run is due at a
	// midnight, which may be up to a day before it is made.
	rehashAfter = 48 * time.Hour
)

// Rehashing gives the rows of followers, public texts and accounts that were looked up,
// which the release before wrote under the hash of citizens, hashes of their own. A
// follower's id is known from their identity or their complaint; without either the row
// stays, and no other row has its hash. It goes with the release after this one, and so
// do the readers of both hashes.
type Rehashing struct {
	Record Hashed
	Ring   *seal.Ring
	Log    *slog.Logger
}

// Hashed are the rows that carry hashes of followers and authors, a page at a time.
type Hashed interface {
	FirstDue(ctx context.Context, job string) (time.Time, error)
	Clock(ctx context.Context) (time.Time, error)
	Tenants(ctx context.Context) ([]models.Tenant, error)
	HashedAccounts(ctx context.Context, tenant string) ([]string, error)
	HashedRows
}

// HashedRows are those of one account.
type HashedRows interface {
	FollowersOfBefore(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error)
	MoveFollower(ctx context.Context, a social.Account, from, to models.ID) error
	StoredItems(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.Item, error)
	SetAuthor(ctx context.Context, a social.Account, item, author models.ID) error
	LookedUp(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error)
	MoveAccount(ctx context.Context, a social.Account, from, to social.SealedAccount) error
}

// Run moves rows of the release before once servers of this one have run for a day.
func (r *Rehashing) Run(ctx context.Context) error {
	first, err := r.Record.FirstDue(ctx, RehashJob)
	if err != nil {
		return err
	}
	now, err := r.Record.Clock(ctx)
	if err != nil {
		return err
	}
	if first.IsZero() || now.Sub(first) < rehashAfter {
		return nil
	}
	return r.Move(ctx)
}

// Move moves them now.
func (r *Rehashing) Move(ctx context.Context) error {
	tenants, err := r.Record.Tenants(ctx)
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

func (r *Rehashing) rehashTenant(ctx context.Context, tenant string) error {
	accounts, err := r.Record.HashedAccounts(ctx, tenant)
	if err != nil || len(accounts) == 0 {
		return err
	}
	keys, err := r.Ring.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		m := &rehasher{db: r.Record, keys: &Keys{ring: r.Ring, tenant: keys, account: social.Account{Tenant: tenant, ID: a}}}
		for _, move := range []func(context.Context) error{m.followers, m.texts, m.accounts} {
			if err := move(ctx); err != nil {
				return err
			}
		}
		if m.moved > 0 {
			r.Log.InfoContext(ctx, "rows of followers and authors have hashes of their own now", "tenant", tenant, "rows", m.moved)
		}
		if m.closed > 0 {
			r.Log.WarnContext(ctx, "rows of followers and authors open with no key; their hashes are as they were", "tenant", tenant, "rows", m.closed)
		}
	}
	return nil
}

// rehasher does so for the rows of one account.
type rehasher struct {
	db            HashedRows
	keys          *Keys
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
