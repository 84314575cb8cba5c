package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store"
	"pingyi/weiboapi"
)

// rater is whoever has a live rating on the social channel, as far as known.
type rater struct {
	profile social.Profile
	citizen models.ID
}

// accountsPage is how many rows are read at a time.
const accountsPage = 500

// raters are the persons of a campaign whose platform id is kept: authors of
// public texts, and private writers who have not left.
func raters(ctx context.Context, o *opened, keys *socialKeys, campaign string) (map[models.ID]*rater, error) {
	found, byCitizen := map[models.ID]*rater{}, map[models.ID]*rater{}
	add := func(p social.Profile) error {
		person, err := keys.Person(ctx, campaign, p.UID)
		if err != nil {
			return err
		}
		if found[person] == nil {
			r := &rater{profile: p, citizen: keys.Author(p.UID)}
			found[person], byCitizen[r.citizen] = r, r
			return nil
		}
		found[person].profile.Merge(p)
		return nil
	}
	err := pages(func(after models.ID) ([]models.ID, error) {
		list, err := o.db.CountedItems(ctx, keys.account, campaign, after, accountsPage)
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
	citizen := func(s *store.SealedAccount) models.ID { return s.Citizen }
	err = pages(func(after models.ID) ([]models.ID, error) {
		list, err := o.db.KnownIDs(ctx, keys.account, after, accountsPage)
		return each(list, err, citizen, func(s *store.SealedAccount) error {
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
	if err = byLookup(ctx, o, keys, byCitizen); err != nil {
		return nil, err
	}
	return found, byEvents(ctx, o, keys, found)
}

// byLookup adds what the platform was asked.
func byLookup(ctx context.Context, o *opened, keys *socialKeys, byCitizen map[models.ID]*rater) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := o.db.LookedUp(ctx, keys.account, after, accountsPage)
		return each(list, err, func(s *store.SealedAccount) models.ID { return s.Citizen }, func(s *store.SealedAccount) error {
			r := byCitizen[s.Citizen]
			if r == nil {
				return nil
			}
			plain, err := keys.Open(s.Sealed, s.Citizen)
			if err != nil {
				return err
			}
			var p social.Profile
			if err := json.Unmarshal(plain, &p); err != nil {
				return fmt.Errorf("a stored account: %w", err)
			}
			r.profile.Merge(p)
			return nil
		})
	})
}

// byEvents adds what the platform's events told of who follows.
func byEvents(ctx context.Context, o *opened, keys *socialKeys, found map[models.ID]*rater) error {
	for _, r := range found {
		known, err := o.db.Following(ctx, keys.account.Tenant, keys.account.ID, r.citizen)
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

func liveSocial(ctx context.Context, o *opened, campaign string, do func(*store.LiveRating) error) error {
	return pages(func(after models.ID) ([]models.ID, error) {
		list, err := o.db.LiveRatings(ctx, o.tenant, campaign, models.Social, after, accountsPage)
		return each(list, err, func(l *store.LiveRating) models.ID { return l.Rating }, do)
	})
}

// withSocial opens what commands about a campaign's social channel need.
func (e *env) withSocial(ctx context.Context, c *cli.Command, do func(o *opened, keys *socialKeys, k *knownCampaign, m scoring.Method, marks int) error) error {
	if c.String("campaign") == "" {
		return misuse("--campaign is missing")
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := weiboOf(o); err != nil {
			return err
		}
		keys, err := newSocialKeys(ctx, o)
		if err != nil {
			return err
		}
		k, ch, err := socialMethod(ctx, o, c.String("campaign"))
		if err != nil {
			return err
		}
		m, err := k.defined.method(ch.Method)
		if err != nil {
			return err
		}
		marks, err := strconv.Atoi(ch.FullMarks)
		if err != nil {
			return fmt.Errorf("full marks of %s: %w", ch.Channel, err)
		}
		return do(o, keys, k, m, marks)
	})
}

func (e *env) socialLookup(ctx context.Context, c *cli.Command) error {
	return e.withSocial(ctx, c, func(o *opened, keys *socialKeys, k *knownCampaign, m scoring.Method, _ int) error {
		w := o.opts.Weibo
		if w.AccessToken == "" {
			return misuse("PINGYI_WEIBO_ACCESS_TOKEN is not set")
		}
		found, err := raters(ctx, o, keys, k.ID)
		if err != nil {
			return err
		}
		l := &lookup{opened: o, keys: keys, api: weiboapi.New(weiboapi.Options{Base: w.API, AccessToken: string(w.AccessToken), UID: w.UID}), rules: m.LeaveOut}
		seen := map[models.ID]bool{}
		err = liveSocial(ctx, o, k.ID, func(r *store.LiveRating) error {
			who := found[r.Person]
			if who == nil || seen[r.Person] {
				return nil
			}
			seen[r.Person] = true
			return l.one(ctx, who)
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "looked up %d, still unknown %d\n", l.done, l.left)
		return err
	})
}

// lookup asks the platform about accounts, one call each, within the budget.
type lookup struct {
	*opened
	keys       *socialKeys
	api        *weiboapi.Client
	rules      scoring.LeaveOut
	done, left int
}

func (l *lookup) one(ctx context.Context, r *rater) error {
	profile, follows := social.Lacks(&r.profile, l.rules)
	if !profile && !follows {
		return nil
	}
	now := time.Now()
	call := func(do func() error) (bool, error) {
		spent, err := l.db.Spend(ctx, l.keys.account, social.Day(now), social.PoolRest, social.DefaultLimits().Rest)
		if err != nil || !spent {
			return false, err
		}
		return true, do()
	}
	asked := true
	var err error
	if profile {
		asked, err = call(func() error {
			p, err := l.api.Profile(ctx, r.profile.UID)
			r.profile.Merge(p)
			return err
		})
	}
	if err == nil && asked && follows {
		asked, err = call(func() error {
			f, err := l.api.Follows(ctx, r.profile.UID)
			if err == nil {
				r.profile.Follows = &f
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	if !asked {
		l.left++
		return nil
	}
	l.done++
	plain, err := json.Marshal(r.profile)
	if err != nil {
		return err
	}
	return l.db.SaveAccount(ctx, l.keys.account, store.SealedAccount{Citizen: r.citizen, Sealed: l.keys.Seal(plain, r.citizen)}, now)
}
