package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot"
	"pingyi/bot/flow/public"
	"pingyi/bot/weibo"
	"pingyi/config"
	"pingyi/intake"
	"pingyi/seal"
	"pingyi/service/campaign"
	"pingyi/service/chat"
	"pingyi/service/keys"
	"pingyi/service/opinion"
	"pingyi/service/score"
	"pingyi/session"
	"pingyi/social"
	"pingyi/weiboapi"
)

// everything is more rows than any list of a tenant has.
const everything = math.MaxInt

// known are the views of the tenants' campaigns and registers: one for the process.
func (o *opened) known() *campaign.Views {
	if o.views == nil {
		o.views = campaign.NewViews(o.db)
	}
	return o.views
}

func (o *opened) campaigns() *campaign.Service {
	return &campaign.Service{Views: o.known(), Record: o.db, Accounts: config.Collectors{Options: &o.opts, Home: o.home}, Now: time.Now}
}

func (o *opened) register() (*campaign.Register, error) {
	engine, err := newEngine()
	if err != nil {
		return nil, err
	}
	return &campaign.Register{Views: o.known(), Units: o.db, Now: time.Now, IsWord: engine.IsWord, Shipped: shippedClasses}, nil
}

// shippedClasses are the classes of the shipped profiles.
func shippedClasses() ([][]string, error) {
	var list [][]string
	for _, name := range config.Profiles() {
		p, err := config.LoadProfile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, p.Classes)
	}
	return list, nil
}

// scenes are the numbers of the Weibo account's codes; without one there are none.
func (o *opened) scenes() *campaign.Scenes {
	account := ""
	if o.opts.Weibo.Set() {
		account = o.opts.Weibo.UID
	}
	return &campaign.Scenes{Views: o.known(), Numbers: o.db, Account: account, Now: o.now}
}

func (o *opened) sealer() *campaign.Sealer {
	return &campaign.Sealer{Seals: o.db, Now: o.now, Log: o.log}
}

func (o *opened) scores() *score.Service {
	return &score.Service{Views: o.known(), Tallies: o.db, Polls: o.db, Now: o.now}
}

func (o *opened) apiKeys() *keys.Service {
	return &keys.Service{Record: o.db, Views: o.known(), Now: time.Now}
}

func (o *opened) callers() *keys.Callers {
	return keys.NewCallers(o.db, func(tenant string, hash []byte) bool { return !o.opts.Demo() && isDemoKey(&o.opts, tenant, hash) }, o.now, o.log)
}

// personWatch watches the keys of persons of the accounts, with its metrics.
func (o *opened) personWatch(registry *prometheus.Registry, accounts []*intake.Account) (*keys.PersonWatch, error) {
	lost := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_person_keys_lost", Help: "Keys of persons that are missing although ratings were given under them.",
	})
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "pingyi_unlinked_total", Help: "Ratings and withdrawals that were refused, as the key of persons is gone.",
	})
	w := &keys.PersonWatch{Persons: o.ring, Views: o.known(), Log: o.log, Lost: lost, Refused: refused}
	for _, a := range accounts {
		w.Collectors = append(w.Collectors, keys.Collector{Tenant: a.Tenant, Account: a.ID, Channel: a.Channel})
	}
	return w, registerMetrics(registry, lost, refused)
}

// registerMetrics makes metrics known.
func registerMetrics(registry *prometheus.Registry, list ...prometheus.Collector) error {
	for _, c := range list {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// openRedis connects to Redis, or in the demo starts one inside the process.
func openRedis(o *config.Options, log *slog.Logger) (*session.Link, error) {
	s, external := o.RedisServers()
	if external {
		return session.Connect(&session.Servers{Addrs: s.Addrs, Username: s.Username, Password: string(s.Password), DB: s.DB, TLS: s.TLS}), nil
	}
	if !o.Demo() {
		return nil, usageError{errors.New("PINGYI_REDIS: the Redis inside the process is for the demo only")}
	}
	log.Warn("using a Redis inside this process: unfinished dialogues are lost when it ends; set PINGYI_REDIS for anything but a demo")
	return session.Embed()
}

// checkSecret opens the keys of every tenant that is served, or makes them: no
// server is better than one whose secret cannot answer anybody. Where a key is lost,
// that of proofs among them, it does not start.
func (o *opened) checkSecret(ctx context.Context, accounts []wechatAccount) error {
	tenants := []string{o.tenant}
	for _, a := range accounts {
		tenants = append(tenants, a.account.Tenant)
	}
	for _, t := range tenants {
		err := o.proofs.Check(ctx, t)
		if errors.Is(err, seal.ErrOpen) {
			return usageError{fmt.Errorf("PINGYI_SECRET does not open what is stored: %w", err)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// weiboAPI is nil without an access token.
func (o *opened) weiboAPI() social.API {
	w := o.opts.Weibo
	if w.AccessToken == "" {
		return nil
	}
	return weiboapi.New(weiboapi.Options{Base: w.API, AccessToken: string(w.AccessToken), UID: w.UID})
}

func (o *opened) followers() *chat.Followers { return &chat.Followers{Known: o.db, Ring: o.ring} }

func (o *opened) office() *opinion.Office {
	f := &opinion.Office{
		Record: o.db, Following: o.followers(), Views: o.known(), Ring: o.ring, Token: string(o.opts.Weibo.AccessToken), Now: o.now,
	}
	if o.opts.Weibo.Set() {
		f.Account = social.Account{Tenant: o.home, ID: o.opts.Weibo.UID}
	}
	return f
}

// opinions is nil without a Weibo account.
func (s *server) opinions(engine *bot.Engine, registry *prometheus.Registry) (*opinion.Opinions, error) {
	w := s.opts.Weibo
	if !w.Set() {
		return nil, nil //nolint:nilnil // the caller asks
	}
	calls := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "pingyi_weibo_calls_today", Help: "Calls of the platform's API on this Beijing day, by pool.",
	}, []string{"pool"})
	left := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_weibo_token_days_left", Help: "Whole days until the Weibo access token ends; NaN where there is none.",
	})
	left.Set(math.NaN())
	if err := registerMetrics(registry, calls, left); err != nil {
		return nil, err
	}
	return opinion.New(opinion.Options{
		Store: s.db, Ratings: s.writer, Views: s.known(), Ring: s.ring, Account: social.Account{Tenant: s.tenant, ID: w.UID}, Name: w.Name,
		API: s.weiboAPI(), Token: string(w.AccessToken), Receipt: chat.NewReceipt, Persons: s.keys, Log: s.log, Now: s.now,
		Say: func(a social.Answer) string {
			return weibo.Face{More: engine.More()}.Render(public.Answer(engine, chat.PublicText(a)))
		},
		Watch: &opinion.TokenWatch{Log: s.log, DaysLeft: left}, Calls: func(pool string, spent int) { calls.WithLabelValues(pool).Set(float64(spent)) },
	})
}
