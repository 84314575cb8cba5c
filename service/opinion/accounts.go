package opinion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
)

// rater is who rated on the social channel, as far as known.
type rater struct {
	profile social.Profile
	author  models.ID
	asked   bool // what was looked up is known under author
}

// accountsPage is how many rows are read at a time.
const accountsPage = 500

// raters are the persons of a campaign whose platform id is kept: authors of
// public texts, and private writers who have not left.
func (c *Channel) raters(ctx context.Context) (map[models.ID]*rater, error) {
	keys, db := c.keys, c.record
	found, byAuthor := map[models.ID]*rater{}, map[models.ID]*rater{}
	add := func(p social.Profile) error {
		person, err := keys.known(ctx, c.ID, p.UID)
		if models.KindOf(err) == models.NotFound {
			return nil // no citizen has rated yet
		}
		if err != nil {
			return err
		}
		if found[person] == nil {
			r := &rater{profile: p, author: keys.Author(p.UID)}
			found[person], byAuthor[r.author], byAuthor[keys.tenant.Citizen(keys.account.ID, p.UID)] = r, r, r
			return nil
		}
		found[person].profile.Merge(p)
		return nil
	}
	err := pages(func(after models.ID) ([]models.ID, error) {
		list, err := db.CountedItems(ctx, keys.account, c.ID, after, accountsPage)
		return each(list, err, func(i *social.Item) models.ID { return i.ID }, func(i *social.Item) error {
			p, err := social.AuthorOf(keys, i)
			if err != nil {
				return err
			}
			return add(p)
		})
	})
	if err != nil {
		return nil, err
	}
	err = pages(func(after models.ID) ([]models.ID, error) {
		list, err := db.KnownIDs(ctx, keys.account, after, accountsPage)
		return each(list, err, citizenOf, func(s *social.SealedAccount) error {
			uid, err := keys.tenant.Citizens().Open(s.Sealed, s.Citizen[:])
			if err != nil {
				return err
			}
			return add(social.Profile{UID: string(uid)})
		})
	})
	if err != nil {
		return nil, err
	}
	if err = c.byLookup(ctx, byAuthor); err != nil {
		return nil, err
	}
	return found, c.byEvents(ctx, found)
}

// byLookup adds what the platform was asked. What the release before kept, under the
// hash of citizens, is older.
func (c *Channel) byLookup(ctx context.Context, byAuthor map[models.ID]*rater) error {
	before := map[*rater]social.Profile{}
	err := c.lookedUp(ctx, func(s *social.SealedAccount, p social.Profile) error {
		switch r := byAuthor[s.Citizen]; {
		case r == nil:
		case r.author == s.Citizen:
			r.profile.Merge(p)
			r.asked = true
		default:
			before[r] = p
		}
		return nil
	})
	for r, p := range before {
		if !r.asked {
			r.profile.Merge(p)
		}
	}
	return err
}

// lookedUp reads what the platform was asked of anybody.
func (c *Channel) lookedUp(ctx context.Context, do func(*social.SealedAccount, social.Profile) error) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := c.record.LookedUp(ctx, c.keys.account, after, accountsPage)
		return each(list, err, citizenOf, func(s *social.SealedAccount) error {
			plain, err := c.keys.Open(s.Sealed, s.Citizen)
			if err != nil {
				return err
			}
			var p social.Profile
			if err := json.Unmarshal(plain, &p); err != nil {
				return fmt.Errorf("a stored account: %w", err)
			}
			return do(s, p)
		})
	})
}

// byEvents adds what the platform's events told of who follows.
func (c *Channel) byEvents(ctx context.Context, found map[models.ID]*rater) error {
	for _, r := range found {
		known, err := c.follow.Following(ctx, c.keys.account.Tenant, c.keys.account.ID, r.profile.UID)
		if err != nil {
			return err
		}
		if known != scoring.Unverified {
			follows := known == scoring.Follower
			r.profile.Follows = &follows
		}
	}
	return nil
}

func citizenOf(s *social.SealedAccount) models.ID { return s.Citizen }

// pages calls read until a page is not full.
func pages(read func(after models.ID) ([]models.ID, error)) error {
	var after models.ID
	for {
		ids, err := read(after)
		if err != nil || len(ids) < accountsPage {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func each[T any](list []T, err error, id func(*T) models.ID, do func(*T) error) ([]models.ID, error) {
	if err != nil {
		return nil, err
	}
	ids := make([]models.ID, len(list))
	for i := range list {
		ids[i] = id(&list[i])
		if err := do(&list[i]); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// live reads every live rating of the channel.
func (c *Channel) live(ctx context.Context, do func(*scoring.LiveRating) error) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := c.record.LiveRatings(ctx, c.keys.account.Tenant, c.ID, models.Social, after, accountsPage)
		return each(list, err, func(l *scoring.LiveRating) models.ID { return l.Rating }, do)
	})
}

// LookUp asks the platform what the method's rules lack of citizens who have
// a live rating, within the day's calls. It counts whom it asked about and who is left
// for another day.
func (c *Channel) LookUp(ctx context.Context, api social.API) (done, left int, err error) {
	found, err := c.raters(ctx)
	if err != nil {
		return 0, 0, err
	}
	seen := map[models.ID]bool{}
	err = c.live(ctx, func(r *scoring.LiveRating) error {
		who := found[r.Person]
		if who == nil || seen[r.Person] {
			return nil
		}
		seen[r.Person] = true
		profile, follows := social.Lacks(&who.profile, c.Method.LeaveOut)
		if !profile && !follows {
			return nil
		}
		asked, err := c.ask(ctx, api, who, profile, follows)
		switch {
		case err != nil:
			return err
		case asked:
			done++
		default:
			left++
		}
		return nil
	})
	return done, left, err
}

// ask looks an account up, a call for each of what is lacked, and keeps what the
// platform said, also where the calls end in between. It reports whether all was
// asked.
func (c *Channel) ask(ctx context.Context, api social.API, r *rater, profile, follows bool) (bool, error) {
	now := c.now()
	var calls []func() error
	if profile {
		calls = append(calls, func() error {
			p, err := api.Profile(ctx, r.profile.UID)
			if err == nil {
				r.profile.Merge(p)
			}
			return err
		})
	}
	if follows {
		calls = append(calls, func() error {
			f, err := api.Follows(ctx, r.profile.UID)
			if err == nil {
				r.profile.Follows = &f
			}
			return err
		})
	}
	asked := 0
	for _, call := range calls {
		spent, err := c.record.Spend(ctx, c.keys.account, social.Day(now), social.PoolRest, social.DefaultLimits().Rest)
		if err != nil {
			return false, err
		}
		if !spent {
			break
		}
		asked++
		if err := call(); errors.Is(err, social.ErrUnknownUser) {
			r.profile.Gone, asked = true, len(calls)
			break
		} else if err != nil {
			return false, err
		}
	}
	if asked == 0 {
		return false, nil
	}
	plain, err := json.Marshal(r.profile)
	if err != nil {
		return false, err
	}
	err = c.record.SaveAccount(ctx, c.keys.account, social.SealedAccount{Citizen: r.author, Sealed: c.keys.Seal(plain, r.author)}, now)
	return asked == len(calls), err
}
