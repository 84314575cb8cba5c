package chat

import (
	"context"
	"time"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
)

// Known keeps who follows, and how a citizen can be reached again.
type Known interface {
	// SetFollowing keeps the newest event by the platform's time.
	SetFollowing(ctx context.Context, tenant, account string, follower models.ID, follows bool, at time.Time) error
	// Following is what is known under the hash of a follower, or under that of a
	// citizen, which an earlier version wrote.
	Following(ctx context.Context, tenant, account string, follower, before models.ID) (scoring.Provenance, error)
	Remember(ctx context.Context, i models.Identity) error
	// Erase deletes what ties a citizen's platform id to what they sent.
	Erase(ctx context.Context, tenant, account string, citizen models.ID) error
}

// Followers keeps who follows the accounts that strangers may write to. It
// implements intake.Followers.
type Followers struct {
	Known Known
	Ring  *seal.Ring
}

// Followed implements intake.Followers.
func (f *Followers) Followed(ctx context.Context, t *intake.Turn) error {
	if err := f.set(ctx, t, true); err != nil {
		return err
	}
	return f.remember(ctx, t)
}

func (f *Followers) set(ctx context.Context, t *intake.Turn, follows bool) error {
	keys, err := f.Ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return err
	}
	return f.Known.SetFollowing(ctx, t.Account.Tenant, t.Account.ID, keys.Follower(t.Account.ID, t.Citizen), follows, t.Input.At)
}

// remember keeps the sealed id, so that it can be looked up at settlement
// whether the citizen follows.
func (f *Followers) remember(ctx context.Context, t *intake.Turn) error {
	keys, err := f.Ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return err
	}
	return f.Known.Remember(ctx, models.Identity{
		Tenant: t.Account.Tenant, Account: t.Account.ID, Citizen: t.CitizenID,
		SealedID: keys.Citizens().Seal([]byte(t.Citizen), t.CitizenID[:]), SeenAt: models.At(t.Input.Now),
	})
}

// provenance is what is known of the citizen of a turn who rates now: "" where
// followers alone can write.
func (f *Followers) provenance(ctx context.Context, t *intake.Turn) (scoring.Provenance, error) {
	if !t.Account.Strangers {
		return "", nil
	}
	if err := f.remember(ctx, t); err != nil {
		return "", err
	}
	return f.Following(ctx, t.Account.Tenant, t.Account.ID, t.Citizen)
}

// Following implements opinion.Following: what is known of whether somebody follows an account.
func (f *Followers) Following(ctx context.Context, tenant, account, id string) (scoring.Provenance, error) {
	keys, err := f.Ring.Tenant(ctx, tenant)
	if err != nil {
		return "", err
	}
	return f.Known.Following(ctx, tenant, account, keys.Follower(account, id), keys.Citizen(account, id))
}

// left erases what ties a citizen to what they sent. Where strangers may write,
// that they left stays known by their keyed hash: they may rate again.
func (f *Followers) left(ctx context.Context, t *intake.Turn) error {
	if t.Account.Strangers {
		if err := f.set(ctx, t, false); err != nil {
			return err
		}
	}
	return f.Known.Erase(ctx, t.Account.Tenant, t.Account.ID, t.CitizenID)
}
