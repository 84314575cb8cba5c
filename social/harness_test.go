package social_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/simulator"
	"pingyi/social"
	"pingyi/store/record"
	"pingyi/weiboapi"
)

const (
	tenant = "default"
	token  = "a token of the tests"
)

var (
	opens  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	closes = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

// clock is moved by the test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// directory knows units by code alone.
type directory map[string]bool

func (d directory) Exact(text string) []models.Unit {
	if d[text] {
		return []models.Unit{{Code: text}}
	}
	return nil
}

// keys are hashes of what they are for.
type keys struct{ account string }

func hash(parts ...string) (id models.ID) {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(id[:], sum[:])
	return id
}

func (k keys) Item(kind social.Kind, id string) models.ID {
	return hash("item", k.account, string(kind), id)
}
func (k keys) Author(uid string) models.ID { return hash("author", k.account, uid) }
func (k keys) Person(_ context.Context, campaign, uid string) (models.ID, error) {
	return hash("person", k.account, campaign, uid), nil
}

func (k keys) Seal(plain []byte, use models.ID) []byte {
	return append(append([]byte{}, use[:]...), plain...)
}

func (k keys) Open(sealed []byte, use models.ID) ([]byte, error) {
	if len(sealed) < len(use) || models.ID(sealed[:len(use)]) != use {
		return nil, errors.New("sealed for another use")
	}
	return sealed[len(use):], nil
}

// town is a database, a writer and a platform for one account and campaign.
type town struct {
	t        testing.TB
	db       *dbtest.DB
	writer   *record.Writer
	api      *simulator.WeiboAPI
	url      string
	clock    *clock
	account  social.Account
	campaign string
	limits   social.Limits
	killer   *killer
}

func openDB(t testing.TB) (*dbtest.DB, *record.Writer) {
	t.Helper()
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	return db, dbtest.WriterOn(t, db, record.WriterOptions{})
}

// newTown founds a town of its own on db. The platform allows 100 calls a day.
func newTown(t testing.TB, db *dbtest.DB, w *record.Writer, name string) *town {
	t.Helper()
	c := &clock{at: opens.Add(20*24*time.Hour + 4*time.Hour)} // noon in Beijing
	o := &town{
		t: t, db: db, writer: w, clock: c, account: social.Account{Tenant: tenant, ID: "uid-" + name}, campaign: name, limits: social.DefaultLimits(),
		api: simulator.NewWeiboAPI(simulator.WeiboAPIOptions{UID: "1", Token: token, Now: c.Now}), killer: &killer{},
	}
	server := httptest.NewServer(o.api)
	t.Cleanup(server.Close)
	o.url = server.URL
	campaign := models.Campaign{
		Tenant: tenant, ID: name, OpensAt: models.At(opens), ClosesAt: models.At(closes), CreatedAt: models.At(opens), Definition: "{}",
		Channels: []models.CampaignChannel{{Channel: models.Social, FullMarks: "4", Account: o.account.ID}},
	}
	for i := range 9 {
		campaign.Units = append(campaign.Units, models.Unit{Code: fmt.Sprintf("A%02d", i+1)})
	}
	if err := db.CreateCampaign(t.Context(), campaign); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *town) world(context.Context) (social.World, error) {
	w := social.World{Names: []string{"马鞍山发布"}, Directory: directory{}}
	units := map[string]bool{}
	for i := range 9 {
		units[fmt.Sprintf("A%02d", i+1)] = true
	}
	w.Directory = directory(units)
	w.Campaigns = []social.Campaign{{ID: o.campaign, From: opens, To: closes, Dims: 5, Units: units, Public: true}}
	return w, nil
}

// poller and reader are those of a server that just started.
func (o *town) poller() *social.Poller {
	return &social.Poller{
		Account: o.account, API: &killedAPI{weiboapi.New(weiboapi.Options{Base: o.url, AccessToken: token, UID: "1"}), o.killer},
		Store: &killedStore{o.db, o.killer}, Keys: keys{o.account.ID}, World: o.world, Limits: o.limits, Now: o.clock.Now, Holder: hash("holder"),
	}
}

func (o *town) reader() *social.Reader {
	return &social.Reader{
		Account: o.account, Store: &killedStore{o.db, o.killer}, Keys: keys{o.account.ID}, Ratings: o.writer, World: o.world,
		Receipt: func() string { return rand.Text()[:19] }, Random: rand.Reader, Now: o.clock.Now,
	}
}

func (o *town) poll() error {
	return errors.Join(o.poller().Poll(o.t.Context()))
}

func (o *town) read() error {
	_, err := o.reader().Read(o.t.Context())
	return err
}

func (o *town) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *town) tally(unit string) scoring.Tally {
	o.t.Helper()
	list, err := o.db.Tallies(o.t.Context(), tenant, o.campaign, models.Social)
	o.must(err)
	for _, y := range list {
		if y.Unit == unit {
			return y
		}
	}
	o.t.Fatalf("no tally of %s", unit)
	return scoring.Tally{}
}

func (o *town) sound() {
	o.t.Helper()
	differences, err := o.db.Recount(o.t.Context(), tenant, o.campaign, nil)
	if err != nil || len(differences) > 0 {
		o.t.Errorf("recount: %v, %v", differences, err)
	}
}

func (o *town) reasons() map[social.Reason]int64 {
	o.t.Helper()
	listed, _, err := o.db.Outcomes(o.t.Context(), o.account)
	o.must(err)
	return listed
}

// errKilled is what a server sees of its own end.
var errKilled = errors.New("killed")

// killer ends a server at a call to its store or platform: before the call, or
// after it, when nobody hears its answer.
type killer struct {
	mu    sync.Mutex
	in    int // calls until the end; 0: never
	after bool
}

func (k *killer) at(calls int, after bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.in, k.after = calls, after
}

func (k *killer) run(do func() error) error {
	k.mu.Lock()
	hit := k.in == 1
	after := k.after
	if k.in > 0 {
		k.in--
	}
	k.mu.Unlock()
	if hit && !after {
		return errKilled
	}
	err := do()
	if hit {
		return errKilled
	}
	return err
}

type killedAPI struct {
	social.API
	k *killer
}

func (a *killedAPI) Page(ctx context.Context, feed social.Feed, since, highest uint64, count int) (p social.Page, err error) {
	err = a.k.run(func() error { p, err = a.API.Page(ctx, feed, since, highest, count); return err })
	return p, err
}

type killedStore struct {
	*dbtest.DB
	k *killer
}

func (s *killedStore) Spend(ctx context.Context, a social.Account, day, pool string, limit int) (ok bool, err error) {
	err = s.k.run(func() error { ok, err = s.DB.Spend(ctx, a, day, pool, limit); return err })
	return ok, err
}

func (s *killedStore) Keep(ctx context.Context, a social.Account, k social.Keep) error {
	return s.k.run(func() error { return s.DB.Keep(ctx, a, k) })
}

func (s *killedStore) WriteDown(ctx context.Context, a social.Account, r []social.Reading) error {
	return s.k.run(func() error { return s.DB.WriteDown(ctx, a, r) })
}

func (s *killedStore) Unread(ctx context.Context, a social.Account, limit int) (list []social.Item, err error) {
	err = s.k.run(func() error { list, err = s.DB.Unread(ctx, a, limit); return err })
	return list, err
}

func (s *killedStore) Retract(ctx context.Context, tenant, account, campaign string, item models.ID, now time.Time) (ok bool, err error) {
	err = s.k.run(func() error { ok, err = s.DB.Retract(ctx, tenant, account, campaign, item, now); return err })
	return ok, err
}
