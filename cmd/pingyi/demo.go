package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pingyi/config"
	"pingyi/models"
	"pingyi/register"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/simulator"
	"pingyi/web"
)

// The demo's campaign.
const (
	demoCampaign = "2017"
	demoProfile  = "maanshan-2017"
)

// defaultAddr is where a server listens that is not told otherwise.
const defaultAddr = "127.0.0.1:8080"

// demo is what PINGYI_ENV=demo adds to a server.
type demo struct {
	o        *opened
	accounts []wechatAccount
	key      string
	page     late
	base     string
}

// prepareDemo fills an empty database: the sample units, the campaign 2017 with
// a rating window that is open now and for a year, an office API key. It changes
// nothing that is there and may run in two servers at once.
func prepareDemo(ctx context.Context, o *opened, accounts []wechatAccount) (*demo, error) {
	units, err := o.db.Units(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	if len(units) == 0 {
		if err = importSample(ctx, o); err != nil {
			return nil, err
		}
	}
	list, err := o.db.Campaigns(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		p, err := config.LoadProfile(demoProfile)
		if err != nil {
			return nil, err
		}
		midnight := beijingMidnight(o.now())
		if err = o.campaigns().Ensure(ctx, o.tenant, campaign.Plan{
			ID: demoCampaign, Programme: p, From: midnight, To: midnight.AddDate(1, 0, 1), ApprovedBy: "demo", Via: via(viaServer),
		}); err != nil {
			return nil, err
		}
	}
	d := &demo{o: o, accounts: accounts, key: demoKey(string(o.opts.Secret), o.tenant)}
	return d, o.apiKeys().Add(ctx, &models.APIKey{Tenant: o.tenant, Name: "demo", Role: models.RoleOffice, CreatedVia: via(viaServer)}, d.key)
}

func importSample(ctx context.Context, o *opened) error {
	units, err := register.ParseUnits(strings.NewReader(string(config.SampleUnits())))
	if err != nil {
		return err
	}
	return o.db.ImportUnits(ctx, o.tenant, units, o.now())
}

func beijingMidnight(t time.Time) time.Time {
	y, m, d := t.In(shanghai()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai())
}

// demoKey follows from the secret, so that every server and every start of one
// demo has the same key without keeping it anywhere.
func demoKey(secret, tenant string) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(m, "pingyi demo office key "+tenant) // a hash never fails
	return keys.Form(m.Sum(nil))
}

// demoHosts is the name by which a demo is reached elsewhere, where it has one.
func demoHosts(o *config.Options) []string {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Hostname() == "" || config.IsLoopback(u.Hostname()) {
		return nil
	}
	return []string{strings.ToLower(u.Hostname())}
}

// routes are the simulator's.
func (d *demo) routes() []web.Route {
	var list []web.Route
	for _, path := range []string{"/simulator", "/simulator/*path"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			list = append(list, web.Route{Method: method, Path: path, Policy: web.Demo(), Handler: &d.page})
		}
	}
	return list
}

// open starts the simulator towards the server's own webhook.
func (d *demo) open(base string) {
	d.base = base
	if len(d.accounts) == 0 {
		d.page.set(http.NotFoundHandler())
		return
	}
	d.page.set(simulator.New(simulator.Options{
		Account: simulatorAccount(d.accounts[0].options), Target: base + "/wechat", Wall: d.wall,
		Weibo: simulator.WeiboAccount{UID: d.o.opts.Weibo.UID, AppSecret: string(d.o.opts.Weibo.AppSecret)}, WeiboTarget: base + "/weibo",
		Now: d.o.now, Random: rand.Reader,
	}))
}

func simulatorAccount(w config.WeChat) simulator.Account {
	a := simulator.Account{AppID: w.AppID, Token: string(w.Token), AESKey: string(w.AESKey), OriginalID: w.OriginalID}
	if a.OriginalID == "" { // not known, so not checked
		a.OriginalID = "gh_simulator"
	}
	if a.AppID == "" && a.AESKey == "" { // plaintext pushes do not carry it
		a.AppID = "wxsimulator"
	}
	return a
}

// wall lists what there is to scan: the campaign, its units, their windows.
func (d *demo) wall(ctx context.Context) ([]simulator.WallItem, error) {
	list, err := d.o.db.Campaigns(ctx, d.o.tenant)
	if err != nil {
		return nil, err
	}
	units, err := d.o.db.Units(ctx, d.o.tenant)
	if err != nil {
		return nil, err
	}
	numbers, err := d.o.scenes().ByTarget(ctx, d.o.tenant)
	if err != nil {
		return nil, err
	}
	var wall []simulator.WallItem
	for i := range list {
		wall = append(wall, simulator.WallItem{Scene: "c:" + list[i].ID, Name: list[i].Title, Kind: simulator.KindCampaign})
	}
	for _, u := range units {
		if !u.RetiredAt.IsZero() {
			continue
		}
		item := simulator.WallItem{Scene: campaign.SceneOf(u), Name: u.Name, Class: u.Class, Kind: simulator.KindUnit}
		if u.Type == models.Window {
			item.Kind = simulator.KindWindow
		}
		wall = append(wall, item)
	}
	for i := range wall {
		wall[i].Number = numbers[wall[i].Scene]
	}
	return wall, nil
}

// announce tells where to look. The key is the demo's and opens nothing else.
func (d *demo) announce(w io.Writer) {
	elsewhere := ""
	if d.base != config.LocalURL(defaultAddr) {
		elsewhere = " --url " + d.base
	}
	fmt.Fprintf(w, `
pingyi demo
  phone in the browser   %[1]s/simulator
  office API key         %[2]s
  scores                 curl -H 'Authorization: Bearer %[2]s' '%[1]s/api/v1/campaigns/%[3]s/scores?channel=mobile'
  a load of citizens     PINGYI_ENV=demo bin/pingyi simulate --citizens 200 --units 84%[4]s
  stop                   Ctrl+C; what was entered is kept in ./data

`, d.base, d.key, demoCampaign, elsewhere)
}
