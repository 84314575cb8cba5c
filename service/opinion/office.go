// Package opinion has the use cases of public opinions: the public side of the Weibo
// account. Texts are fetched, read and answered, what did not count is shown with its
// reason, accounts are looked up, ratings are left out and taken back in.
//
// It imports models, scoring, social, seal and the services campaign, keys and score.
// What it needs of the record are its ports, which package store implements.
package opinion

import (
	"context"
	"slices"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/service/campaign"
	"pingyi/service/score"
	"pingyi/social"
)

// Record is what the office's side of public opinions needs.
type Record interface {
	Texts
	Accounts
	Ratings
	Tokens
	social.Budget
}

// Texts shows what became of public texts, and of the day's calls.
type Texts interface {
	// Spent is how many calls of each pool are gone on a day.
	Spent(ctx context.Context, a social.Account, day string) (map[string]int, error)
	// Outcomes counts the texts that did not count by reason, and those that did.
	Outcomes(ctx context.Context, a social.Account) (listed map[social.Reason]int64, counted int64, err error)
	// Listed lists texts in a scope that did not count behind after, the oldest first.
	Listed(ctx context.Context, a social.Account, scope models.Scope, reason social.Reason, after models.After, limit int) ([]social.Review, error)
	// Tallies are those of a channel; RawTallies as if nothing were excluded.
	Tallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error)
	RawTallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error)
}

// Accounts are what is kept of the accounts of those who rated, a page at a time.
type Accounts interface {
	CountedItems(ctx context.Context, a social.Account, campaign string, after models.ID, limit int) ([]social.Item, error)
	KnownIDs(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error)
	LookedUp(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error)
	SaveAccount(ctx context.Context, a social.Account, s social.SealedAccount, now time.Time) error
}

// Ratings are the live ratings of a channel and what was left out.
type Ratings interface {
	LiveRatings(ctx context.Context, tenant, campaign string, channel models.Channel, after models.ID, limit int) ([]scoring.LiveRating, error)
	RatingByReceipt(ctx context.Context, tenant, campaign string, channel models.Channel, receipt string) (models.ID, error)
	Exclusions(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Exclusion, error)
	Exclude(ctx context.Context, tenant, campaign string, rating models.ID, reason string, a scoring.Act) (done bool, err error)
	Restore(ctx context.Context, tenant, campaign string, rating models.ID, reason string, a scoring.Act) (done bool, err error)
}

// Following knows what the platform's events told of who follows an account.
type Following interface {
	Following(ctx context.Context, tenant, account, id string) (scoring.Provenance, error)
}

// Office is what the office sees and does of the tenant's public side.
type Office struct {
	Record    Record
	Following Following
	Views     *campaign.Views
	Ring      *seal.Ring
	Account   social.Account // the zero Account: none is set
	Token     string         // the access token; empty: none
	Now       func() time.Time
}

// keys are those of the tenant's Weibo account. There is one a process, and it
// belongs to the tenant that the configuration names.
func (f *Office) keys(ctx context.Context, tenant string) (*Keys, error) {
	if f.Account.ID == "" || tenant != f.Account.Tenant {
		return nil, models.Errorf(models.NotFound, "no_weibo_account", "the tenant %s has no Weibo account here", tenant)
	}
	return NewKeys(ctx, f.Ring, f.Account, nil)
}

// AccessToken is the account's, and when it was issued. models.NotFound:
// no_weibo_account.
func (f *Office) AccessToken(ctx context.Context, tenant string) (AccessToken, error) {
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return AccessToken{}, err
	}
	return keys.Token(f.Record, f.Token), nil
}

// Status is how the account's day stands. It only reads.
func (f *Office) Status(ctx context.Context, tenant string) (social.AccountStatus, error) {
	now, limits := f.Now(), social.DefaultLimits()
	s := social.AccountStatus{Day: social.Day(now)}
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return s, err
	}
	spent, err := f.Record.Spent(ctx, keys.account, s.Day)
	if err != nil {
		return s, err
	}
	s.Calls = map[string]social.Calls{
		social.PoolPoll: {Spent: spent[social.PoolPoll], Limit: limits.Poll}, social.PoolRest: {Spent: spent[social.PoolRest], Limit: limits.Rest},
	}
	if s.Listed, s.Counted, err = f.Record.Outcomes(ctx, keys.account); err != nil {
		return s, err
	}
	t, known, err := keys.Token(f.Record, f.Token).Read(ctx, now)
	if err == nil && known {
		s.Token = social.StatusOf(t, now)
	}
	return s, err
}

// Texts is at most limit texts in the scope that did not count, the oldest first, behind
// the one written at a time with an id. models.Invalid: bad_reason.
func (f *Office) Texts(ctx context.Context, tenant string, scope models.Scope, reason social.Reason, at time.Time, id models.ID, limit int) ([]social.ListedText, error) {
	keys, err := f.keys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if reason != social.None && !slices.Contains(social.Reasons(), reason) {
		return nil, models.Errorf(models.Invalid, "bad_reason", "the reason is not one of %v", social.Reasons())
	}
	list, err := f.Record.Listed(ctx, keys.account, scope, reason, models.After{At: at, ID: id}, limit)
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

// Figures are those of a campaign's social channel, and the phase that it is in.
// models.NotFound: unknown_campaign, unknown_channel.
func (f *Office) Figures(ctx context.Context, tenant, id string) (out social.Figures, phase models.Phase, err error) {
	c, err := f.Channel(ctx, tenant, id)
	if err != nil {
		return out, "", err
	}
	m := c.Method
	out = social.Figures{Campaign: c.ID, Method: m.ID, Notice: m.Notice(), LeaveOut: m.LeaveOut, HideBelow: m.HideBelow, Official: m.Official, Units: []social.UnitFigures{}}
	filtered, err := f.Record.Tallies(ctx, tenant, c.ID, models.Social)
	if err != nil {
		return out, "", err
	}
	raw, err := f.Record.RawTallies(ctx, tenant, c.ID, models.Social)
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
	return out, c.Phase(f.Now()), nil
}

// Channel is the social channel of a campaign: whose ratings it has, and which of them
// are left out.
type Channel struct {
	*score.Channel
	record Record
	keys   *Keys
	follow Following
	now    func() time.Time
}

// Channel finds the social channel of a campaign. models.NotFound: no_weibo_account,
// unknown_campaign, unknown_channel.
func (f *Office) Channel(ctx context.Context, tenant, id string) (*Channel, error) {
	of, err := f.keys(ctx, tenant)
	if err != nil {
		return nil, err
	}
	k, err := f.Views.Campaign(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	ch, err := score.ChannelOf(k, models.Social)
	if err != nil {
		return nil, err
	}
	return &Channel{ch, f.Record, of, f.Following, f.Now}, nil
}
