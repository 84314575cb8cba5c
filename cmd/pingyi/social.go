package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot/flow/public"
	"pingyi/models"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/service/score"
	"pingyi/social"
	"pingyi/weiboapi"
)

// Times of the social channel's work.
const (
	socialRetry   = 15 * time.Minute // after the platform refused
	nameGoodFor   = 7 * 24 * time.Hour
	nameRetry     = time.Hour
	socialTimeout = 5 * time.Minute
)

// publicOpinions is the public side of the Weibo account: what is written under
// and about it. It implements hook.Mentions.
type publicOpinions struct {
	*opened
	account   social.Account
	api       *weiboapi.Client // nil: without an access token nothing is fetched
	poller    *social.Poller
	reader    *social.Reader
	watch     *tokenWatch
	keys      *socialKeys // set by ready
	watched   *keys.PersonWatch
	wake      chan struct{}
	rest      time.Time // until when the platform is left alone
	calls     *prometheus.GaugeVec
	answering chan struct{} // holds a value for each text that is being answered
	say       func(public.Text) string

	opening   sync.Mutex
	mu        sync.Mutex // of what follows; not held while the platform is asked
	names     []string
	namesTill time.Time
}

// newPublicOpinions is nil where no Weibo account is set. It opens no key: ready
// does, when one is needed first.
func newPublicOpinions(o *opened, ratings social.Ratings, say func(public.Text) string) (*publicOpinions, error) {
	w := o.opts.Weibo
	if !w.Set() {
		return nil, nil
	}
	holder, err := models.NewID(rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &publicOpinions{
		opened: o, account: socialAccount(o), wake: make(chan struct{}, 1), watch: newTokenWatch(o.log),
		answering: make(chan struct{}, answersAtOnce), say: say,
		calls: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "pingyi_weibo_calls_today", Help: "Calls of the platform's API on this Beijing day, by pool.",
		}, []string{"pool"}),
	}
	if w.AccessToken != "" {
		p.api = weiboapi.New(weiboapi.Options{Base: w.API, AccessToken: string(w.AccessToken), UID: w.UID})
	}
	p.poller = &social.Poller{
		Account: p.account, API: p.api, Store: o.db, World: p.world, Limits: social.DefaultLimits(), Now: o.now, Holder: holder,
	}
	p.reader = &social.Reader{
		Account: p.account, Store: o.db, Ratings: ratings, World: p.world, Receipt: newReceipt, Random: rand.Reader, Now: o.now,
	}
	return p, nil
}

// ready opens the keys, once.
func (p *publicOpinions) ready(ctx context.Context) error {
	p.opening.Lock()
	defer p.opening.Unlock()
	if p.keys != nil {
		return nil
	}
	keys, err := newSocialKeys(ctx, p.opened)
	if err != nil {
		return err
	}
	keys.watch = p.watched
	p.keys, p.reader.Keys, p.poller.Keys = keys, keys, keys
	return nil
}

// register makes the metrics of the account known, and the watch that is told
// where a text's author cannot be known.
func (p *publicOpinions) register(registry *prometheus.Registry, keys *keys.PersonWatch) error {
	p.watched = keys
	for _, c := range []prometheus.Collector{p.calls, p.watch.gauge} {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// work fetches what is due, reads what is stored, and looks for what is gone. It is
// the job's alone.
func (p *publicOpinions) work(ctx context.Context) error {
	if err := p.ready(ctx); err != nil {
		return err
	}
	now := p.now()
	if err := p.watch.look(ctx, p.keys.token(p.opened), now); err != nil {
		return err
	}
	var failed error
	if p.api != nil && !now.Before(p.rest) {
		failed = p.poller.Poll(ctx)
	}
	if _, err := p.reader.Read(ctx); err != nil {
		return err
	}
	if failed == nil && p.api != nil && !now.Before(p.rest) {
		gone, err := p.poller.Reconcile(ctx)
		if gone > 0 {
			p.log.Info("deleted texts withdrawn", "ratings", gone)
		}
		failed = err
	}
	p.count(ctx, now)
	if failed == nil || models.KindOf(failed) == models.Conflict {
		return nil // another server was faster
	}
	p.rest = now.Add(socialRetry)
	if weiboapi.IsToken(failed) {
		p.log.Error("the access token of the Weibo account is refused: renew PINGYI_WEIBO_ACCESS_TOKEN")
	}
	return failed
}

func (p *publicOpinions) count(ctx context.Context, now time.Time) {
	spent, err := p.db.Spent(ctx, p.account, social.Day(now))
	if err != nil {
		p.log.Warn("calls not counted", "err", err)
		return
	}
	for _, pool := range []string{social.PoolPoll, social.PoolRest} {
		p.calls.WithLabelValues(pool).Set(float64(spent[pool]))
	}
}

// world is what texts are read against.
func (p *publicOpinions) world(ctx context.Context) (social.World, error) {
	view, err := p.known().Of(ctx, p.tenant)
	if err != nil {
		return social.World{}, err
	}
	w := social.World{Directory: view.Directory(models.Social, p.account.ID, p.now()), Names: p.mentionedBy(ctx)}
	for i := range view.Campaigns {
		if c, ok := socialCampaign(&view.Campaigns[i], p.account.ID); ok {
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
func (p *publicOpinions) mentionedBy(ctx context.Context) []string {
	if p.opts.Weibo.Name != "" {
		return []string{p.opts.Weibo.Name}
	}
	now := p.now()
	p.mu.Lock()
	names, ask := p.names, p.api != nil && !now.Before(p.namesTill)
	if ask {
		p.namesTill = now.Add(nameRetry) // nobody else asks meanwhile
	}
	p.mu.Unlock()
	if !ask {
		return names
	}
	name, err := p.askName(ctx, now)
	if err != nil {
		p.log.Warn("the account's name is not known; set PINGYI_WEIBO_NAME", "err", err)
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
func (p *publicOpinions) named() bool {
	if p.opts.Weibo.Name != "" || p.api == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.names) > 0 && p.now().Before(p.namesTill)
}

func (p *publicOpinions) askName(ctx context.Context, now time.Time) (string, error) {
	spent, err := p.db.Spend(ctx, p.account, social.Day(now), social.PoolRest, social.DefaultLimits().Rest)
	if err != nil {
		return "", err
	}
	if !spent {
		return "", models.Errorf(models.TooMany, "no_calls", "the day's calls are used up")
	}
	return p.api.Name(ctx, p.account.ID)
}
