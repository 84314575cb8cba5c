package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// The key of persons, of one account in one campaign, ties all ratings of a
// citizen together. Another key under its name would make the same citizen another
// person, who is counted a second time, so it is made once and only where nothing
// was hashed under it yet.

// PersonKey is the wrapped key of persons. models.NotFound: none was made, and the
// account has no rating in the campaign. models.Conflict (key_lost,
// key_destroyed): it is gone, and what it tied together is not.
func (db *DB) PersonKey(ctx context.Context, p models.PersonKey) ([]byte, error) {
	wrapped, err := oneKey(db.Read(ctx), p.Tenant, p.Name())
	if models.KindOf(err) != models.NotFound {
		return wrapped, err
	}
	rated, rerr := hasRated(db.Read(ctx), p)
	if rerr != nil {
		return nil, fail("person key", rerr)
	}
	if rated {
		return nil, lostPersons(p)
	}
	return nil, err
}

// AddPersonKey stores the wrapped key of persons unless one is there, and returns
// the one that is stored: of two servers that make it at once both get the same.
// Errors are those of PersonKey; models.NotFound: there is no such campaign.
func (db *DB) AddPersonKey(ctx context.Context, p models.PersonKey, wrapped []byte) (stored []byte, err error) {
	err = db.Write(ctx, "add person key", func(tx *gorm.DB) error {
		// Exclusively: no rating of the campaign is on its way meanwhile.
		if err := db.lockExclusive(tx, p.Tenant, p.Campaign); err != nil {
			return err
		}
		stored, err = oneKey(tx, p.Tenant, p.Name())
		if models.KindOf(err) != models.NotFound {
			return err
		}
		rated, err := hasRated(tx, p)
		if err != nil {
			return err
		}
		if rated {
			return lostPersons(p)
		}
		stored = wrapped
		return insertKey(tx, p.Tenant, p.Name(), wrapped)
	})
	return stored, err
}

func lostPersons(p models.PersonKey) error {
	return lostKey("the key of persons of the campaign " + p.Campaign + " on the channel " + string(p.Channel))
}

func lostKey(what string) error {
	return models.Errorf(models.Conflict, models.KeyLost, "%s is missing, and what was hashed under it is there: restore its row of wrapped_keys from a backup", what)
}

func insertKey(tx *gorm.DB, tenant, name string, wrapped []byte) error {
	return tx.Exec("INSERT INTO wrapped_keys (tenant,name,wrapped,created_at) VALUES "+tuples(1, 4), tenant, name, wrapped, text(time.Now())).Error
}

// hasRated reports whether an account has a rating in a campaign, whatever became
// of it. No index leads to an account's ratings, and each rating would pay for
// one. So it first asks whether its channel has any at all: an account collects
// for one channel, and a channel nearly always has one account.
func hasRated(tx *gorm.DB, p models.PersonKey) (bool, error) {
	for _, query := range []string{
		"SELECT unit FROM tallies WHERE tenant=? AND campaign=? AND channel=? AND received>0 LIMIT 1",
		"SELECT unit FROM live_ratings WHERE tenant=? AND campaign=? AND channel=? LIMIT 1",
	} {
		some, err := anyRow(tx, query, p.Tenant, p.Campaign, p.Channel)
		if err != nil {
			return false, err
		}
		if some {
			return anyRow(tx, "SELECT unit FROM ratings WHERE tenant=? AND campaign=? AND account=? LIMIT 1", p.Tenant, p.Campaign, p.Account)
		}
	}
	return false, nil
}
