package main

import (
	"context"
	"slices"
	"time"

	"pingyi/models"
	"pingyi/service/score"
	"pingyi/social"
	"pingyi/web"
)

// office is what the office sees of the tenant's public side, for the commands
// and the API alike. It implements web.Social and web.Polls.
type office struct {
	*opened
	now func() time.Time
}

var (
	_ web.Social = (*office)(nil)
	_ web.Polls  = (*score.Service)(nil)
)

func newOffice(o *opened) *office { return &office{o, o.now} }

// keys are those of the tenant's Weibo account. There is one a process, and it
// belongs to the tenant that the configuration names.
func (f *office) keys(ctx context.Context, tenant string) (*socialKeys, error) {
	if !f.opts.Weibo.Set() || tenant != f.home {
		return nil, models.Errorf(models.NotFound, "no_weibo_account", "the tenant %s has no Weibo account here", tenant)
	}
	return newSocialKeys(ctx, f.opened)
}

// Status implements web.Social.
func (f *office) Status(ctx context.Context, tenant string) (social.AccountStatus, error) {
	now, limits := f.now(), social.DefaultLimits()
	s := social.AccountStatus{Day: social.Day(now)}
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return s, err
	}
	spent, err := f.db.Spent(ctx, keys.account, s.Day)
	if err != nil {
		return s, err
	}
	s.Calls = map[string]social.Calls{
		social.PoolPoll: {Spent: spent[social.PoolPoll], Limit: limits.Poll}, social.PoolRest: {Spent: spent[social.PoolRest], Limit: limits.Rest},
	}
	if s.Listed, s.Counted, err = f.db.Outcomes(ctx, keys.account); err != nil {
		return s, err
	}
	t, known, err := keys.token(f.opened).read(ctx, now)
	if err == nil && known {
		s.Token = social.StatusOf(t, now)
	}
	return s, err
}

// Texts implements web.Social.
func (f *office) Texts(ctx context.Context, tenant string, scope models.Scope, reason social.Reason, at time.Time, id models.ID, limit int) ([]social.ListedText, error) {
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if reason != social.None && !slices.Contains(social.Reasons(), reason) {
		return nil, models.Errorf(models.Invalid, "bad_reason", "the reason is not one of %v", social.Reasons())
	}
	list, err := f.db.Listed(ctx, keys.account, scope, reason, models.After{At: at, ID: id}, limit)
	if err != nil {
		return nil, err
	}
	out := make([]social.ListedText, len(list))
	for i := range list {
		r := &list[i]
		out[i] = social.ListedText{
			At: r.At, Kind: r.Kind, Reason: r.Reading.Reason, Campaign: r.Reading.Campaign, Unit: r.Reading.Unit, Item: r.ID,
		}
		if out[i].Text, err = social.Words(keys, &r.Item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Figures implements web.Social.
func (f *office) Figures(ctx context.Context, tenant, campaign string) (out social.Figures, phase models.Phase, err error) {
	c, err := f.channel(ctx, tenant, campaign)
	if err != nil {
		return out, "", err
	}
	m := c.Method
	out = social.Figures{Campaign: c.ID, Method: m.ID, Notice: m.Notice(), LeaveOut: m.LeaveOut, HideBelow: m.HideBelow, Official: m.Official, Units: []social.UnitFigures{}}
	filtered, err := f.db.Tallies(ctx, tenant, c.ID, models.Social)
	if err != nil {
		return out, "", err
	}
	raw, err := f.db.RawTallies(ctx, tenant, c.ID, models.Social)
	if err != nil {
		return out, "", err
	}
	after, err := c.Compute(filtered)
	if err != nil {
		return out, "", err
	}
	before, err := c.Compute(raw)
	if err != nil {
		return out, "", err
	}
	if out.Exclusions, err = c.events(ctx); err != nil {
		return out, "", err
	}
	excluded := social.ExcludedNow(out.Exclusions)
	for i, u := range c.Units {
		reasons := excluded[u.Code]
		if reasons == nil {
			reasons = map[string]int{}
		}
		out.Units = append(out.Units, social.UnitFigures{
			Code: u.Code, Name: u.Name, Class: u.Class, Raw: social.FigureOf(&before[i]), Filtered: social.FigureOf(&after[i]), Excluded: reasons,
		})
	}
	return out, c.Phase(f.now()), nil
}

// socialChannel is the social channel of a campaign: whose ratings it has, and
// which of them are left out.
type socialChannel struct {
	*score.Channel
	o    *opened
	keys *socialKeys
}

// channel finds the social channel of a campaign.
func (f *office) channel(ctx context.Context, tenant, campaign string) (*socialChannel, error) {
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	k, err := f.known().Campaign(ctx, tenant, campaign)
	if err != nil {
		return nil, err
	}
	ch, err := score.ChannelOf(k, models.Social)
	if err != nil {
		return nil, err
	}
	return &socialChannel{ch, f.opened, keys}, nil
}
