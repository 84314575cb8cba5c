package opinion

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/service/score"
	"pingyi/social"
)

// Times of the social channel's work.
const (
	socialRetry   = 15 * time.Minute // after the platform refused
	nameGoodFor   = 7 * 24 * time.Hour
	nameRetry     = time.Hour
	socialTimeout = 5 * time.Minute
)

// Mention is a public text that names an account, as the platform pushed it.
type Mention struct {
	Account *intake.Account
	Citizen string // the platform's id of its author: never in a log
	Subtype string // status or comment
	ID      string // the platform's, of the text
	Text    string
	At      time.Time // the platform's time
}

// Options wires Opinions.
type Options struct {
	Store interface {
		social.Store
		social.Answers
		Tokens
		// Spent is how many calls of each pool are gone on a day.
		Spent(ctx context.Context, a social.Account, day string) (map[string]int, error)
	}
	Ratings social.Ratings
	Views   *campaign.Views
	Ring    *seal.Ring
	Account social.Account
	Name    string     // that the account is mentioned by; empty: the platform is asked
	API     social.API // nil: without an access token nothing is fetched
	Token   string
	Say     func(social.Answer) string // words what an author is told
	Receipt func() string
	Persons *keys.PersonWatch // told where a text's author cannot be known
	Watch   *TokenWatch
	Calls   func(pool string, spent int) // told the calls of the day
	Log     *slog.Logger
	Now     func() time.Time
}

// Opinions is the public side of the Weibo account: what is written under and about it.
type Opinions struct {
	Options
	poller    *social.Poller
	reader    *social.Reader
	keys      *Keys // set by ready
	wake      chan struct{}
	rest      time.Time     // until when the platform is left alone
	answering chan struct{} // holds a value for each text that is being answered

	opening   sync.Mutex
	mu        sync.Mutex // of what follows; not held while the platform is asked
	names     []string
	namesTill time.Time
}

// New returns opinions that opened no key yet: one is opened when it is needed first.
func New(o Options) (*Opinions, error) {
	holder, err := models.NewID(rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &Opinions{Options: o, wake: make(chan struct{}, 1), answering: make(chan struct{}, answersAtOnce)}
	p.poller = &social.Poller{
		Account: o.Account, API: o.API, Store: o.Store, World: p.world, Limits: social.DefaultLimits(), Now: o.Now, Holder: holder,
	}
	p.reader = &social.Reader{
		Account: o.Account, Store: o.Store, Ratings: o.Ratings, World: p.world, Receipt: o.Receipt, Random: rand.Reader, Now: o.Now,
	}
	return p, nil
}

// Wake has a value where there is something to Work on.
func (p *Opinions) Wake() <-chan struct{} { return p.wake }

// ready opens the keys, once.
func (p *Opinions) ready(ctx context.Context) error {
	p.opening.Lock()
	defer p.opening.Unlock()
	if p.keys != nil {
		return nil
	}
	of, err := NewKeys(ctx, p.Ring, p.Account, p.Persons)
	if err != nil {
		return err
	}
	p.keys, p.reader.Keys, p.poller.Keys = of, of, of
	return nil
}

// Work fetches what is due, reads what is stored, and looks for what is gone. It is
// the job's alone.
func (p *Opinions) Work(ctx context.Context) error {
	if err := p.ready(ctx); err != nil {
		return err
	}
	now := p.Now()
	if err := p.Watch.look(ctx, p.keys.Token(p.Store, p.Token), now); err != nil {
		return err
	}
	var failed error
	if p.API != nil && !now.Before(p.rest) {
		failed = p.poller.Poll(ctx)
	}
	if _, err := p.reader.Read(ctx); err != nil {
		return err
	}
	if failed == nil && p.API != nil && !now.Before(p.rest) {
		gone, err := p.poller.Reconcile(ctx)
		if gone > 0 {
			p.Log.Info("deleted texts withdrawn", "ratings", gone)
		}
		failed = err
	}
	p.count(ctx, now)
	if failed == nil || models.KindOf(failed) == models.Conflict {
		return nil // another server was faster
	}
	p.rest = now.Add(socialRetry)
	if errors.Is(failed, social.ErrToken) {
		p.Log.Error("the access token of the Weibo account is refused: renew PINGYI_WEIBO_ACCESS_TOKEN")
	}
	return failed
}

func (p *Opinions) count(ctx context.Context, now time.Time) {
	spent, err := p.Store.Spent(ctx, p.Account, social.Day(now))
	if err != nil {
		p.Log.Warn("calls not counted", "err", err)
		return
	}
	for _, pool := range []string{social.PoolPoll, social.PoolRest} {
		p.Calls(pool, spent[pool])
	}
}

// world is what texts are read against.
func (p *Opinions) world(ctx context.Context) (social.World, error) {
	view, err := p.Views.Of(ctx, p.Account.Tenant)
	if err != nil {
		return social.World{}, err
	}
	w := social.World{Directory: view.Directory(models.Social, p.Account.ID, p.Now()), Names: p.mentionedBy(ctx)}
	for i := range view.Campaigns {
		if c, ok := socialCampaign(&view.Campaigns[i], p.Account.ID); ok {
			w.Campaigns = append(w.Campaigns, c)
		}
	}
	return w, nil
}

// socialCampaign is what reading needs of a campaign that the account collects
// for.
func socialCampaign(k *campaign.Campaign, account string) (social.Campaign, bool) {
	if k.ApprovedAt.IsZero() || !k.Collects(models.Social, account) {
		return social.Campaign{}, false
	}
	c := social.Campaign{ID: k.ID, From: k.OpensAt.Time, To: k.ClosesAt.Time, Dims: k.Defined.Dims(), Units: make(map[string]bool, len(k.Units))}
	for _, u := range k.Units {
		c.Units[u.Code] = true
	}
	if ch, err := score.ChannelOf(k, models.Social); err == nil {
		c.Public = ch.Method.Public
	}
	return c, true
}

// mentionedBy is what the account is mentioned by: as configured, else as the
// platform says, which costs a call a week. Unknown, no mention is taken for one
// of ours.
func (p *Opinions) mentionedBy(ctx context.Context) []string {
	if p.Name != "" {
		return []string{p.Name}
	}
	now := p.Now()
	p.mu.Lock()
	names, ask := p.names, p.API != nil && !now.Before(p.namesTill)
	if ask {
		p.namesTill = now.Add(nameRetry) // no other turn asks meanwhile
	}
	p.mu.Unlock()
	if !ask {
		return names
	}
	name, err := p.askName(ctx, now)
	if err != nil {
		p.Log.Warn("the account's name is not known; set PINGYI_WEIBO_NAME", "err", err)
		return names
	}
	if name == "" {
		return names
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names, p.namesTill = []string{name}, now.Add(nameGoodFor)
	return p.names
}

// named reports whether mentionedBy says all that there is to say without asking
// the platform: a webhook has not the time for that, and what was read under an
// unknown name stays misread.
func (p *Opinions) named() bool {
	if p.Name != "" || p.API == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.names) > 0 && p.Now().Before(p.namesTill)
}

func (p *Opinions) askName(ctx context.Context, now time.Time) (string, error) {
	spent, err := p.Store.Spend(ctx, p.Account, social.Day(now), social.PoolRest, social.DefaultLimits().Rest)
	if err != nil {
		return "", err
	}
	if !spent {
		return "", models.Errorf(models.TooMany, "no_calls", "the day's calls are used up")
	}
	return p.API.Name(ctx, p.Account.ID)
}
