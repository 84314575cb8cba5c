package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"pingyi/bot"
	"pingyi/bot/weibo"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/session"
	"pingyi/web/hook"
	"pingyi/weiboapi"
)

// weiboFace shows messages as Weibo can: numbered choices, a page at a time.
type weiboFace struct {
	more string // says how to see the next page
}

var _ intake.Paged = weiboFace{}

func (weiboFace) Platform() bot.Platform { return bot.Platform{Taps: false} }

func (f weiboFace) Pages(m bot.Message) []string { return weibo.Render(m, f.more) }

func (f weiboFace) Render(m bot.Message) string {
	if pages := f.Pages(m); len(pages) > 0 {
		return pages[0]
	}
	return ""
}

// weiboAccount is one account with the fan service on both sides.
type weiboAccount struct {
	door    *weibo.Account
	account *intake.Account
}

// weiboAccounts opens the configured account; there is at most one.
func weiboAccounts(o *opened, engine *bot.Engine) ([]weiboAccount, error) {
	w := o.opts.Weibo
	if !w.Set() {
		return nil, nil
	}
	door, err := weibo.New(weibo.Options{AppSecret: string(w.AppSecret), PreviousAppSecret: string(w.AppSecretPrevious), UID: w.UID})
	if err != nil {
		return nil, usageError{fmt.Errorf("weibo: %w", err)}
	}
	a := weiboAccount{door, &intake.Account{
		ID: w.UID, Tenant: o.tenant, Channel: models.Social, Face: weiboFace{engine.More()}, Strangers: true,
	}}
	if window := w.Window(); w.AccessToken != "" && window > 0 {
		api := weiboapi.New(weiboapi.Options{Base: w.API, AccessToken: string(w.AccessToken), UID: w.UID})
		a.account.Late = &customerService{send: api.Reply, following: (&followers{o.db, o.ring}).Following, window: window, now: o.now}
	}
	return []weiboAccount{a}, nil
}

// customerService sends what was not ready in time. It implements intake.Late.
type customerService struct {
	send      func(ctx context.Context, uid, text string) error
	following func(ctx context.Context, tenant, account, id string) (scoring.Provenance, error)
	window    time.Duration // after a message, a follow, a tap or a scan
	now       func() time.Time
}

// Send implements intake.Late. The platform takes as many messages as are sent
// within the window, and none once the citizen does not follow any more; what it
// would refuse is not sent.
func (c *customerService) Send(ctx context.Context, t *intake.Turn, text string) error {
	if c.now().Sub(t.Input.At) >= c.window {
		return models.Errorf(models.Conflict, "window_closed", "the window of customer service is over")
	}
	known, err := c.following(ctx, t.Account.Tenant, t.Account.ID, t.Citizen)
	if err != nil || known == scoring.Unfollowed {
		return err
	}
	return c.send(ctx, t.Citizen, text)
}

// doors are all accounts, as the server's parts want them.
type doors struct {
	accounts []*intake.Account
	wechat   []hook.WeChat
	weibo    []hook.Weibo
	busy     string // said where a turn broke off: the same words on both platforms
	unread   string // said where a message cannot be read
}

func openDoors(o *opened, wechats []wechatAccount, engine *bot.Engine) (doors, error) {
	weibos, err := weiboAccounts(o, engine)
	if err != nil {
		return doors{}, err
	}
	var d doors
	for _, a := range wechats {
		d.accounts = append(d.accounts, a.account)
		d.wechat = append(d.wechat, hook.WeChat{Account: a.account, Front: a.door})
	}
	for _, a := range weibos {
		d.accounts = append(d.accounts, a.account)
		d.weibo = append(d.weibo, hook.Weibo{Account: a.account, Front: a.door, Path: string(o.opts.Weibo.Path)})
	}
	if len(d.accounts) > 0 {
		d.busy = d.accounts[0].Face.Render(engine.Busy())
		d.unread = d.accounts[0].Face.Render(engine.Unread())
	}
	return d, nil
}

// firstBodies knows the first body that came under a signature: both are keyed
// hashes, in Redis. It implements hook.Bodies.
type firstBodies struct {
	ring     *seal.Ring
	sessions *session.Store
}

// First implements hook.Bodies.
func (b *firstBodies) First(ctx context.Context, to *intake.Account, signature string, body []byte) (bool, error) {
	keys, err := b.ring.Tenant(ctx, to.Tenant)
	if err != nil {
		return false, err
	}
	name := keys.Signature(to.ID, signature)
	ours := keys.SignedBody(name, body)
	kept, err := b.sessions.First(ctx, name, ours[:])
	return bytes.Equal(kept, ours[:]), err
}

// followers keeps who follows the accounts that strangers may write to. It
// implements intake.Followers.
type followers struct {
	db   *database
	ring *seal.Ring
}

// Followed implements intake.Followers.
func (f *followers) Followed(ctx context.Context, t *intake.Turn) error {
	if err := f.set(ctx, t, true); err != nil {
		return err
	}
	return f.remember(ctx, t)
}

func (f *followers) set(ctx context.Context, t *intake.Turn, follows bool) error {
	keys, err := f.ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return err
	}
	return f.db.SetFollowing(ctx, t.Account.Tenant, t.Account.ID, keys.Follower(t.Account.ID, t.Citizen), follows, t.Input.At)
}

// remember keeps the sealed id, so that it can be looked up at settlement
// whether the citizen follows.
func (f *followers) remember(ctx context.Context, t *intake.Turn) error {
	keys, err := f.ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return err
	}
	return f.db.Remember(ctx, models.Identity{
		Tenant: t.Account.Tenant, Account: t.Account.ID, Citizen: t.CitizenID,
		SealedID: keys.Citizens().Seal([]byte(t.Citizen), t.CitizenID[:]), SeenAt: models.At(t.Input.Now),
	})
}

// provenance is what is known of the citizen of a turn who rates now: "" where
// nobody but followers can write.
func (f *followers) provenance(ctx context.Context, t *intake.Turn) (scoring.Provenance, error) {
	if !t.Account.Strangers {
		return "", nil
	}
	if err := f.remember(ctx, t); err != nil {
		return "", err
	}
	return f.Following(ctx, t.Account.Tenant, t.Account.ID, t.Citizen)
}

// Following implements opinion.Following: what is known of whether somebody follows an account.
func (f *followers) Following(ctx context.Context, tenant, account, id string) (scoring.Provenance, error) {
	keys, err := f.ring.Tenant(ctx, tenant)
	if err != nil {
		return "", err
	}
	return f.db.Following(ctx, tenant, account, keys.Follower(account, id), keys.Citizen(account, id))
}

// left erases what ties a citizen to what they sent. Where strangers may write,
// that they left stays known by their keyed hash: they may rate again.
func (f *followers) left(ctx context.Context, t *intake.Turn) error {
	if t.Account.Strangers {
		if err := f.set(ctx, t, false); err != nil {
			return err
		}
	}
	return f.db.Erase(ctx, t.Account.Tenant, t.Account.ID, t.CitizenID)
}

// numberedScenes are an account's scenes as pushes name them.
func numberedScenes(list []models.Scene) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, s := range list {
		m[fmt.Sprintf("n:%d", s.ID)] = s.Target
	}
	return m
}
