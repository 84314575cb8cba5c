package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/models"
)

// countedKeys counts look-ups; newcomer is a key that a look-up or a refresh finds.
type countedKeys struct {
	fakeKeys
	lookups, refreshes atomic.Int64
	newcomer           string
	known              atomic.Bool // the newcomer
}

func (k *countedKeys) Authenticate(ctx context.Context, key string) (Principal, error) {
	k.lookups.Add(1)
	if key == k.newcomer {
		return Principal{Tenant: "default", KeyID: "id-newcomer", Role: models.RoleReader}, nil
	}
	return k.fakeKeys.Authenticate(ctx, key)
}

func (k *countedKeys) Known(key string) bool {
	return strings.HasPrefix(key, "key-") || key == k.newcomer && k.known.Load()
}

func (k *countedKeys) Refresh(context.Context) error {
	k.refreshes.Add(1)
	k.known.Store(true)
	return nil
}

func TestWrongKeys_aLoadOfThem_costsFewLookUpsAndLines(t *testing.T) {
	clock := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	keys := &countedKeys{newcomer: "made-just-now"}
	r := newRig(t, func(o *Options) {
		o.Keys, o.Now = keys, func() time.Time { return clock }
		o.TrustedProxies = []string{"192.0.2.1"} // the recorder's own address
	})
	ask := func(key, from string) *httptest.ResponseRecorder {
		return r.call(t, http.MethodGet, apiRoot+"/campaigns", nil, "Authorization", "Bearer "+key, "X-Forwarded-For", from)
	}
	for i := range 2000 {
		want, code := http.StatusUnauthorized, "unauthorised"
		w := ask(fmt.Sprint("guess-", i), "198.51.100.7")
		if i >= wrongAtOnce {
			want, code = http.StatusTooManyRequests, "too_many_wrong_keys"
			if w.Header().Get("Retry-After") == "" {
				t.Fatal("no Retry-After")
			}
		}
		wantProblem(t, w, want, code)
	}
	if n := keys.lookups.Load(); n != wrongAtOnce {
		t.Errorf("%d look-ups", n)
	}
	if n := strings.Count(r.log.String(), "status=4"); n != wrongAtOnce {
		t.Errorf("%d lines", n)
	}
	// A right key passes, from the same address as well, and so does one made just now.
	for _, key := range []string{keyFor(models.RoleReader), keys.newcomer} {
		if w := ask(key, "198.51.100.7"); w.Code != http.StatusOK {
			t.Errorf("a right key: %d", w.Code)
		}
	}
	// Another address has a bound of its own, until all of them together reach theirs.
	wantProblem(t, ask("guess", "198.51.100.8"), http.StatusUnauthorized, "unauthorised")
	before := keys.lookups.Load()
	for i := range 5000 {
		ask("guess", fmt.Sprintf("203.0.%d.%d", i/250, i%250))
	}
	if n := keys.lookups.Load() - before; n >= wrongAllAtOnce {
		t.Errorf("%d look-ups of 5000 addresses", n)
	}
	if n := len(r.wrong.from); n > wrongAddresses {
		t.Errorf("%d addresses are remembered", n)
	}
	if w := ask(keyFor(models.RoleOffice), "203.0.113.99"); w.Code != http.StatusOK {
		t.Errorf("a right key under a load from everywhere: %d", w.Code)
	}
	// After a pause there is room again.
	clock = clock.Add(time.Minute)
	wantProblem(t, ask("guess", "198.51.100.7"), http.StatusUnauthorized, "unauthorised")
	r.wrong.summarise()
	r.wrong.summarise()
	log := r.log.String()
	if n := strings.Count(log, "wrong API keys were refused"); n != 1 || !strings.Contains(log, "most_from=198.51.100.7/32") {
		t.Errorf("%d summaries\n%s", n, log[max(0, len(log)-500):])
	}
	if strings.Contains(log, "guess") {
		t.Error("a key is in the log")
	}
}

// Without a key nothing is looked up, so the answer stays 401; the lines are bounded.
func TestNoKey_aLoadOfRequests_is401WithFewLines(t *testing.T) {
	clock := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	r := newRig(t, func(o *Options) { o.Now = func() time.Time { return clock } })
	for range 2000 {
		wantProblem(t, r.call(t, http.MethodGet, apiRoot+"/campaigns", nil), http.StatusUnauthorized, "unauthorised")
	}
	if n := strings.Count(r.log.String(), "status=401"); n != wrongAtOnce {
		t.Errorf("%d lines", n)
	}
	wantProblem(t, r.call(t, http.MethodGet, apiRoot+"/campaigns", nil, "Authorization", "Bearer guess"), http.StatusUnauthorized, "unauthorised")
}

func TestWrongKeys_ofOneNetwork_shareItsBound(t *testing.T) {
	clock := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	w := newWrongKeys(func() time.Time { return clock }, slog.New(slog.DiscardHandler), "refused")
	for i := range wrongAtOnce {
		if !w.allow(hop(fmt.Sprintf("2001:db8::%x", i+1))) {
			t.Fatalf("%d is refused", i)
		}
	}
	if w.allow(hop("2001:db8::ffff:1")) {
		t.Error("an address of the same network has a bound of its own")
	}
	if !w.allow(hop("2001:db8:1::1")) || !w.allow(hop("")) {
		t.Error("another network, or a caller without an address, has none")
	}
	w.summarise()
}

// While as many workbooks are made as may be, others wait and are then told when to
// come again; what costs little is answered as ever.
func TestScoresXLSX_whileOthersAreMade_waitsAndIsThenToldWhen(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Limits.Book, o.Scores = 20*time.Millisecond, &fakeScores{doc: sample(), phase: models.PhaseRating}
	})
	for range cap(r.workbooks) {
		r.workbooks <- struct{}{}
	}
	path := apiRoot + "/campaigns/2017/scores"
	w := r.get(t, models.RoleOffice, path+".xlsx?channel=mobile")
	wantProblem(t, w, http.StatusServiceUnavailable, "workbooks_busy")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for _, form := range []string{"", ".csv"} {
		if w := r.get(t, models.RoleOffice, path+form+"?channel=mobile"); w.Code != http.StatusOK {
			t.Errorf("scores%s: %d", form, w.Code)
		}
	}
	<-r.workbooks
	for range 2 * cap(r.workbooks) { // each gives its place back
		if w := r.get(t, models.RoleOffice, path+".xlsx?channel=mobile"); w.Code != http.StatusOK {
			t.Errorf("a workbook: %d %s", w.Code, w.Body)
		}
	}
	if n := cap(r.workbooks); n < 1 || n > 2 {
		t.Errorf("%d workbooks are made at once", n)
	}
}
