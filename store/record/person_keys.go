package record

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
	"pingyi/store/secret"
)

// The key of persons, of one account in one campaign, ties all ratings of a
// citizen together. Another key under its name would make the same citizen another
// person, who is counted a second time, so it is made once and only where nothing
// was hashed under it yet.

// PersonKey is the wrapped key of persons. models.NotFound: none was made, and the
// account has no rating in the campaign. models.Conflict (key_lost,
// key_destroyed): it is gone, and what it tied together is not.
func (s *Store) PersonKey(ctx context.Context, p models.PersonKey) ([]byte, error) {
	wrapped, err := secret.Find(s.db.Read(ctx), p.Tenant, p.Name())
	if models.KindOf(err) != models.NotFound {
		return wrapped, err
	}
	rated, rerr := hasRated(s.db.Read(ctx), p)
	if rerr != nil {
		return nil, store.Fail("person key", rerr)
	}
	if rated {
		return nil, lostPersons(p)
	}
	return nil, err
}

// AddPersonKey stores the wrapped key of persons unless one is there, and returns
// the one that is stored: of two servers that make it at once both get the same.
// Errors are those of PersonKey; models.NotFound: there is no such campaign.
func (s *Store) AddPersonKey(ctx context.Context, p models.PersonKey, wrapped []byte) (stored []byte, err error) {
	err = s.db.Write(ctx, "add person key", func(tx *gorm.DB) error {
		// Exclusively: no rating of the campaign is on its way meanwhile.
		if err := s.campaign.LockExclusive(tx, p.Tenant, p.Campaign); err != nil {
			return err
		}
		stored, err = secret.Find(tx, p.Tenant, p.Name())
		if models.KindOf(err) != models.NotFound {
			return err
		}
		// The ratings themselves are asked, each one where need be, and not what follows
		// from them: another key in the place of a lost one counts every person again.
		rated, err := store.AnyRow(tx, ratedBy, p.Tenant, p.Campaign, p.Account)
		if err != nil {
			return err
		}
		if rated {
			return lostPersons(p)
		}
		stored = wrapped
		return secret.Insert(tx, p.Tenant, p.Name(), wrapped)
	})
	return stored, err
}

func lostPersons(p models.PersonKey) error {
	return secret.Lost("the key of persons of the campaign " + p.Campaign + " on the channel " + string(p.Channel))
}

const ratedBy = "SELECT unit FROM ratings WHERE tenant=? AND campaign=? AND account=? LIMIT 1"

// hasRated reports whether an account has a rating in a campaign, live or
// ended. No index leads to an account's ratings, and each rating would pay for
// one. So it first asks whether its channel has any at all: an account collects
// for one channel, and a channel nearly always has one account.
func hasRated(tx *gorm.DB, p models.PersonKey) (bool, error) {
	for _, query := range []string{
		"SELECT unit FROM tallies WHERE tenant=? AND campaign=? AND channel=? AND received>0 LIMIT 1",
		"SELECT unit FROM live_ratings WHERE tenant=? AND campaign=? AND channel=? LIMIT 1",
	} {
		some, err := store.AnyRow(tx, query, p.Tenant, p.Campaign, p.Channel)
		if err != nil {
			return false, err
		}
		if some {
			return store.AnyRow(tx, ratedBy, p.Tenant, p.Campaign, p.Account)
		}
	}
	return false, nil
}
