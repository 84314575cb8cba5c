package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/models"
)

// of is a letter whose message the platform made at this moment.
func (l letter) of(at time.Time) letter {
	return l.dated(fmt.Sprintf("<CreateTime>%d</CreateTime>", at.Unix()))
}

// dated is a letter with another field in place of CreateTime.
func (l letter) dated(field string) letter {
	before, rest, _ := strings.Cut(l.inner, "<CreateTime>")
	_, after, _ := strings.Cut(rest, "</CreateTime>")
	l.inner = before + field + after
	return l
}

func TestWebhook_300secondsEitherWay_isFresh(t *testing.T) {
	in := newWorld(t).serve()
	for _, off := range []time.Duration{-295 * time.Second, 0, 295 * time.Second} {
		l := in.letterOf(note(t, in.phone().who.OpenID, "帮助")).of(time.Now().Add(off))
		l.at = time.Now().Add(off)
		if status, raw := in.send(t, l); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
			t.Errorf("%s off: %d %q", off, status, raw)
		}
	}
}

// The sealed time cannot be exchanged for anything else, so it is asked as well.
func TestWebhook_sealedTimeStaleAbsentOrNoNumber_is403(t *testing.T) {
	in := newWorld(t).withMetrics().serve()
	fresh := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
	for name, c := range map[string]struct {
		l      letter
		reason string
	}{
		"305 s ago":                             {fresh.of(time.Now().Add(-305 * time.Second)), "freshness"},
		"305 s ahead":                           {fresh.of(time.Now().Add(305 * time.Second)), "freshness"},
		"of 2024":                               {fresh.dated("<CreateTime>1714112445</CreateTime>"), "freshness"},
		"absent":                                {fresh.dated(""), "timestamp"},
		"empty":                                 {fresh.dated("<CreateTime></CreateTime>"), "timestamp"},
		"a word":                                {fresh.dated("<CreateTime>now</CreateTime>"), "timestamp"},
		"stale in a message with a field twice": {fresh.dated("<CreateTime>1714112445</CreateTime><a/><a/>"), "freshness"},
	} {
		before := in.metric(t, refusals(c.reason))
		if status, raw := in.send(t, c.l); status != http.StatusForbidden || raw != "" {
			t.Errorf("%s: %d %q", name, status, raw)
		}
		if in.metric(t, refusals(c.reason)) != before+1 {
			t.Errorf("%s: not counted as %s", name, c.reason)
		}
	}
	if status, raw := in.send(t, fresh); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
		t.Errorf("the same push with its time: %d %q", status, raw)
	}
}

// Once stale pushes were believed when there were twenty of ten citizens.
func TestWebhook_manyStalePushesOfManyCitizens_areRefusedEachAndToldOfOnce(t *testing.T) {
	in := newWorld(t).withMetrics().serve()
	const series = "pingyi_pushes_stale"
	stale := func(i int) {
		t.Helper()
		l := in.letterOf(note(t, fmt.Sprintf("oclock%022d", i), "帮助"))
		l.at = time.Now().Add(-time.Hour)
		l.nonce = strconv.Itoa(415670741 + i)
		if status, raw := in.send(t, l.of(l.at)); status != http.StatusForbidden || raw != "" {
			t.Fatalf("stale push %d: %d %q", i+1, status, raw)
		}
	}
	for i := range 19 {
		stale(i)
	}
	if in.metric(t, series) != 0 {
		t.Fatal("an alarm before the twentieth")
	}
	for i := range 60 {
		stale(19 + i)
	}
	if in.metric(t, series) != 1 || in.metric(t, "pingyi_clock_suspect") != 0 {
		t.Fatal("no alarm in the metrics, or that of the clock, which the pushes do not judge")
	}
	if n := strings.Count(in.log.String(), "many pushes are stale"); n != 1 {
		t.Errorf("%d lines tell of it", n)
	}
	in.phone().scan("u:A01")
	if in.metric(t, series) != 0 {
		t.Fatal("the alarm stays after a fresh push")
	}
	stale(99)
}

// query is a Weibo query as the platform signs it; swap sends it with timestamp
// and nonce exchanged, which the signature allows.
func weiboQuery(stamp, nonce string, swap bool) string {
	q := url.Values{"signature": {sign(testWeiboSecret, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}}
	if swap {
		q.Set("timestamp", nonce)
		q.Set("nonce", stamp)
	}
	return "/weibo?" + q.Encode()
}

// weiboNote is a message that claims to be of anybody, just now.
func weiboNote(uid int, text string) string {
	return fmt.Sprintf(`{"type":"text","receiver_id":%s,"sender_id":%d,"created_at":%q,"text":%q,"data":{}}`,
		testUID, uid, time.Now().Format(time.RubyDate), text)
}

// The attack: somebody finds one query string of Weibo in a proxy's log. Its
// signature does not cover the body, so citizens can be invented with it.
func TestWeibo_oneOldQueryString_invented30Citizens_noEffect(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().withMetrics().serve()
		victim := in.follower()
		receipt := victim.rate("A03", "11111")
		_, before := in.scoreOf(models.Social, "A03")
		ago := time.Now().Add(-20 * time.Minute)
		sent := 0
		for name, found := range map[string]string{
			"as it was":                 weiboQuery(strconv.FormatInt(ago.UnixMilli(), 10), "57155157", false),
			"a year old":                weiboQuery("1750000000000", "57155157", false),
			"ten digits":                weiboQuery(strconv.FormatInt(ago.Unix(), 10), "57155157", false),
			"swapped":                   weiboQuery(strconv.FormatInt(ago.UnixMilli(), 10), strconv.FormatInt(time.Now().Unix(), 10), true),
			"swapped, milliseconds":     weiboQuery(strconv.FormatInt(ago.UnixMilli(), 10), strconv.FormatInt(time.Now().UnixMilli(), 10), true),
			"swapped, a year old":       weiboQuery("1750000000000", strconv.FormatInt(time.Now().Unix(), 10), true),
			"swapped, both of ten":      weiboQuery(strconv.FormatInt(ago.Unix(), 10), strconv.FormatInt(time.Now().Unix(), 10), true),
			"swapped, ten and thirteen": weiboQuery(strconv.FormatInt(ago.Unix(), 10), strconv.FormatInt(time.Now().UnixMilli(), 10), true),
		} {
			try := func(uid int, text string) {
				sent++
				if status, raw := in.post(t, found, strings.NewReader(weiboNote(uid, text))); status != http.StatusForbidden || raw != "" {
					t.Fatalf("%s: %q is answered %d %q", name, text, status, raw)
				}
			}
			for i := range 30 { // once, ten invented senders opened the channel
				for _, text := range []string{"市教育局", "55555", "确认"} {
					try(2000000000+i, text)
				}
			}
			uid, err := strconv.Atoi(victim.who.OpenID)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"查询", "撤回 市教育局", "确认"} {
				try(uid, text)
			}
		}
		if n := in.metric(t, `pingyi_refusals_total{platform="weibo",reason="freshness"}`); n != float64(sent) {
			t.Errorf("%v of %d are counted as stale", n, sent)
		}
		if _, after := in.scoreOf(models.Social, "A03"); after != before {
			t.Errorf("the scores were\n%s\nand are\n%s", before, after)
		}
		contains(t, victim.say("查询"), receipt)
		contains(t, w.must("recount"), "every tally equals")
	})
}

// A push 20 minutes old whose nonce reads as the present time: the signature holds
// for either order.
func TestWebhook_timestampAndNonceSwapped_isRefused(t *testing.T) {
	in := newWorld(t).serve()
	ago := time.Now().Add(-20 * time.Minute)
	for name, sealed := range map[string]time.Time{"as it was sealed": ago, "with a sealed time of now": time.Now()} {
		l := in.letterOf(note(t, in.phone().who.OpenID, "帮助")).of(sealed)
		l.at, l.nonce = ago, strconv.FormatInt(time.Now().Unix(), 10)
		l.forge = func(q url.Values, body string) string {
			stamp, nonce := q.Get("timestamp"), q.Get("nonce")
			q.Set("timestamp", nonce)
			q.Set("nonce", stamp)
			return body
		}
		if status, raw := in.send(t, l); status != http.StatusForbidden || raw != "" {
			t.Errorf("%s: %d %q", name, status, raw)
		}
	}
}

// The platforms' nonces are random numbers of up to ten digits. Some read as a
// time, of which no genuine push is refused but for the last hour's.
func TestWebhook_genuineNonces_areTaken(t *testing.T) {
	in := newWorld(t).withWeibo().serve()
	now := time.Now()
	for _, nonce := range []string{
		"1", "0", "57155157", "415670741", "1514711492", "1714112445", "2147483647", "9999999999", "0415670741",
		strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(now.Add(-2*time.Hour).Unix(), 10), strconv.FormatInt(now.Add(time.Hour).Unix(), 10), "a-word",
	} {
		l := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
		l.nonce = nonce
		if status, raw := in.send(t, l); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
			t.Errorf("WeChat, nonce %s: %d %q", nonce, status, raw)
		}
		for _, stamp := range []string{strconv.FormatInt(time.Now().UnixMilli(), 10), strconv.FormatInt(time.Now().Unix(), 10)} {
			uid := 2100000000 + len(nonce) + len(stamp)
			if status, raw := in.post(t, weiboQuery(stamp, nonce, false), strings.NewReader(weiboNote(uid, "帮助"))); status != http.StatusOK || !strings.HasPrefix(raw, "{") {
				t.Errorf("Weibo, timestamp %s, nonce %s: %d %q", stamp, nonce, status, raw)
			}
		}
	}
}

// moved is a world whose clock a test sets; the machine's elapsed time goes on.
func (w *world) moved() (set func(off time.Duration)) {
	var by atomic.Int64
	w.now = func() time.Time { return time.Now().Round(0).Add(time.Duration(by.Load())) }
	return func(off time.Duration) { by.Store(int64(off)) }
}

func TestClock_wrongOnOneServer_theDatabasesIsUsedAndTheServerStaysReady(t *testing.T) {
	w := newMySQLWorld(t).withMetrics()
	set := w.moved()
	set(-3 * time.Hour) // wrong before the start
	in := w.serve()
	const series = "pingyi_clock_suspect"
	mustUse := func(what string, wrong float64) {
		t.Helper()
		if got := in.metric(t, series); got != wrong {
			t.Errorf("%s: the metric is %v", what, got)
		}
		if status, _, body := in.get("/readyz", ""); status != http.StatusOK {
			t.Errorf("%s: /readyz %d %s", what, status, body)
		}
		// An hour old by the true clock, and fresh by that of the server when it is wrong.
		for _, off := range []time.Duration{-time.Hour, -3 * time.Hour, 2 * time.Hour} {
			l := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
			l.at = time.Now().Add(off)
			if status, _ := in.send(t, l.of(l.at)); status != http.StatusForbidden {
				t.Errorf("%s: a push %v off is answered %d", what, off, status)
			}
		}
		in.phone().rate("A03", "55555")
		if off := w.count(t, "SELECT TIMESTAMPDIFF(SECOND, MAX(received_at), UTC_TIMESTAMP()) FROM ratings"); off < -60 || off > 60 {
			t.Errorf("%s: a rating is received %d s ago", what, off)
		}
	}
	mustUse("wrong from the start", 1)
	contains(t, in.log.String(), "level=ERROR", "the database's is used", "own=", "database=")
	set(0)
	eventually(t, "the clock is found right", func() bool { return in.metric(t, series) == 0 })
	mustUse("set right", 0)
	set(2 * time.Hour)
	// At once, before the database is asked again:
	l := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
	if status, raw := in.send(t, l); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
		t.Errorf("right after the clock was set: %d %q", status, raw)
	}
	eventually(t, "the alarm is there", func() bool { return in.metric(t, series) == 1 })
	mustUse("set ahead", 1)
	contains(t, w.must("recount"), "every tally equals")
}

// A campaign closes by the time in use: a server that is hours ahead rates on.
func TestClock_aheadBeyondTheClose_ratingsCountByTheDatabasesTime(t *testing.T) {
	w := newMySQLWorld(t)
	w.serve().stop() // makes the campaign, open for a year
	w.moved()(2 * 365 * 24 * time.Hour)
	in := w.serve()
	in.phone().rate("A03", "55555")
	if u := in.scores()["A03"]; u.Ratings != 1 {
		t.Errorf("%d ratings", u.Ratings)
	}
}

// On SQLite there is no second opinion: a wrong clock refuses what is fresh, says
// so, and changes no judgement.
func TestClock_wrongOnSQLite_refusesAndTells(t *testing.T) {
	w := newWorld(t).withMetrics()
	w.moved()(-time.Hour)
	in := w.serve()
	for i := range 40 {
		l := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
		l.nonce = strconv.Itoa(i)
		if status, _ := in.send(t, l); status != http.StatusForbidden {
			t.Fatalf("push %d: %d", i, status)
		}
	}
	if in.metric(t, "pingyi_pushes_stale") != 1 || in.metric(t, "pingyi_clock_suspect") != 0 {
		t.Error("the metrics do not tell")
	}
	contains(t, in.log.String(), "this machine's clock is wrong")
	if status, _, body := in.get("/readyz", ""); status != http.StatusOK {
		t.Errorf("/readyz: %d %s", status, body)
	}
}
