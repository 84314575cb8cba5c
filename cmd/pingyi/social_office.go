package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store"
	"pingyi/web"
)

// office is what the office sees of the tenant's public side, for the commands
// and the API alike. It implements web.Social and web.Polls.
type office struct {
	*opened
	campaigns *campaigns
	now       func() time.Time
}

var (
	_ web.Social = (*office)(nil)
	_ web.Polls  = (*office)(nil)
)

func newOffice(o *opened, known *campaigns) *office { return &office{o, known, o.now} }

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
	list, err := f.db.Listed(ctx, keys.account, scope, reason, store.After{At: at, ID: id}, limit)
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
	m := c.method
	out = social.Figures{Campaign: c.ID, Method: m.ID, Notice: m.Notice(), LeaveOut: m.LeaveOut, HideBelow: m.HideBelow, Official: m.Official, Units: []social.UnitFigures{}}
	filtered, err := f.db.Tallies(ctx, tenant, c.ID, models.Social)
	if err != nil {
		return out, "", err
	}
	raw, err := f.db.RawTallies(ctx, tenant, c.ID, models.Social)
	if err != nil {
		return out, "", err
	}
	after, err := scoring.Compute(m, c.marks, c.defined.dims(), c.Units, filtered)
	if err != nil {
		return out, "", err
	}
	before, err := scoring.Compute(m, c.marks, c.defined.dims(), c.Units, raw)
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
	return out, c.phase(f.now()), nil
}

// PollResults implements web.Polls.
func (f *office) PollResults(ctx context.Context, tenant, campaign string, at time.Time, id models.ID, limit int) ([]social.PollRecord, error) {
	if _, err := f.campaigns.get(ctx, tenant, campaign); err != nil {
		return nil, err
	}
	return f.db.PollResults(ctx, tenant, campaign, store.After{At: at, ID: id}, limit)
}

// AddPollResults implements web.Polls.
func (f *office) AddPollResults(ctx context.Context, tenant, campaign string, p social.PollEntry, place func(field string, row int) string) (r social.PollResults, added bool, err error) {
	k, err := f.campaigns.get(ctx, tenant, campaign)
	if err != nil {
		return r, false, err
	}
	rated := make(map[string]bool, len(k.Units))
	spelt := make(map[string]string, len(k.Units))
	for _, u := range k.Units {
		rated[u.Code] = true
		spelt[folding.Code(u.Code)] = u.Code
	}
	for i := range p.Rows {
		if own := spelt[folding.Code(p.Rows[i].Unit)]; own != "" && !rated[p.Rows[i].Unit] {
			p.Rows[i].Unit = own
		}
	}
	if faults := p.Check(rated, place); len(faults) > 0 {
		e := models.Errorf(models.Invalid, "bad_poll_results", "the poll results have %d faults", len(faults))
		e.Faults = faults
		return r, false, e
	}
	record, err := p.Record(tenant, k.ID, f.now())
	if err != nil {
		return r, false, err
	}
	if record, added, err = f.db.AddPollResult(ctx, record, p.Scope); err != nil {
		return r, false, err
	}
	return record.Show(), added, nil
}

// socialChannel is the social channel of a campaign: whose ratings it has, and
// which of them are left out.
type socialChannel struct {
	*knownCampaign
	o      *opened
	keys   *socialKeys
	method scoring.Method
	marks  scoring.Marks
}

// channel finds the social channel of a campaign.
func (f *office) channel(ctx context.Context, tenant, campaign string) (*socialChannel, error) {
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	k, err := f.campaigns.get(ctx, tenant, campaign)
	if err != nil {
		return nil, err
	}
	for _, ch := range k.Channels {
		if ch.Channel != models.Social {
			continue
		}
		m, err := k.defined.method(ch.Method)
		if err != nil {
			return nil, err
		}
		marks, err := scoring.ParseMarks(ch.FullMarks)
		if err != nil {
			return nil, fmt.Errorf("full marks of %s: %w", ch.Channel, err)
		}
		return &socialChannel{k, f.opened, keys, m, marks}, nil
	}
	return nil, models.Errorf(models.NotFound, "unknown_channel", "the campaign %s has no channel %q", campaign, models.Social)
}
