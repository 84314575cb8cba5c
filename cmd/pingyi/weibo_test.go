package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/simulator"
	"pingyi/store"
)

// A Weibo account of the tests.
const (
	testUID         = "1902538057"
	testWeiboSecret = "xyz123xyz"
)

// withWeibo gives a world a Weibo account.
func (w *world) withWeibo() *world {
	w.env["PINGYI_WEIBO_APP_SECRET"], w.env["PINGYI_WEIBO_UID"] = testWeiboSecret, testUID
	return w
}

// follower is a citizen on Weibo in front of a server.
type follower struct {
	t    testing.TB
	p    *simulator.WeiboPlatform
	who  *simulator.Citizen
	last simulator.Exchange
}

// weibo plays the platform towards a server.
func (in *instance) weibo() *simulator.WeiboPlatform {
	in.w.t.Helper()
	p, err := simulator.NewWeiboPlatform(simulator.WeiboOptions{
		PlatformOptions: simulator.PlatformOptions{Target: in.base + "/weibo"},
		Weibo:           simulator.WeiboAccount{UID: testUID, AppSecret: testWeiboSecret},
		Scenes:          in.w.scenes,
	})
	if err != nil {
		in.w.t.Fatal(err)
	}
	return p
}

// scenes are the numbers of the account's codes, as the command prints them.
func (w *world) scenes(context.Context) (map[string]int, error) {
	m := map[string]int{}
	for line := range strings.Lines(w.must("scenes", "list")) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(fields[0])
		if err != nil || len(fields) != 3 || fields[2] == "" {
			w.t.Fatalf("scenes list printed %q", line)
		}
		m[fields[1]] = n
	}
	return m, nil
}

func (in *instance) follower() *follower {
	in.w.t.Helper()
	n, err := strconv.ParseUint(randomHex(in.w.t, 4), 16, 32)
	if err != nil {
		in.w.t.Fatal(err)
	}
	return &follower{t: in.w.t, p: in.weibo(), who: &simulator.Citizen{OpenID: strconv.FormatUint(1e9+n, 10)}}
}

func (f *follower) do(act simulator.Act) string {
	f.t.Helper()
	e, err := f.p.Push(f.t.Context(), f.who, act)
	if err != nil {
		f.t.Fatal(err)
	}
	if len(e.Faults) > 0 {
		f.t.Fatalf("answer to %v has faults %v: status %d, %q", act.Kind, e.Faults, e.Status, e.Raw)
	}
	f.last = e
	return e.Text
}

func (f *follower) say(text string) string { f.t.Helper(); return f.do(simulator.Say(text)) }

// rate rates a unit by its code and digits and returns the receipt.
func (f *follower) rate(unit, digits string) string {
	f.t.Helper()
	f.do(simulator.Scan("u:" + unit))
	f.say(digits)
	return wantLine(f.t, f.say("7"), "回执：")
}

// scoresOf pulls a channel's score of a unit as JSON.
func (in *instance) scoreOf(channel models.Channel, unit string) (s scoring.UnitScore, raw string) {
	in.w.t.Helper()
	status, _, body := in.get("/api/v1/campaigns/2017/scores?channel="+string(channel), in.key)
	var doc scoring.Scores
	if err := json.Unmarshal(body, &doc); err != nil || status != http.StatusOK {
		in.w.t.Fatalf("%d %v %s", status, err, body)
	}
	for _, u := range doc.Units {
		if u.Code == unit {
			b, err := json.Marshal(u)
			if err != nil {
				in.w.t.Fatal(err)
			}
			return u, string(b)
		}
	}
	in.w.t.Fatalf("no unit %s", unit)
	return s, ""
}

// The worked example of the domain by private message: full marks 4.
func TestWeibo_workedExample_yieldsItsFiguresAndLeavesMobileAlone(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		_, untouched := in.scoreOf(models.Mobile, "A03")
		second := in.follower()
		in.follower().rate("A03", "55454")
		second.rate("A03", "30425")
		in.follower().rate("A03", "14005")
		_, raw := in.scoreOf(models.Social, "A03")
		want := `{"code":"A03","name":"市教育局","class":"政府部门","ratings":3,"mean":"76.33","points":"3.05","shrunk_mean":"76.33","rank":1,` +
			`"levels":{"5":5,"4":4,"3":1,"2":1,"1":1},"satisfied":{"answers":12,"share":"0.75","low":"0.26","high":"0.96"},` +
			`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}}`
		if raw != want {
			t.Fatalf("worked example\n got %s\nwant %s", raw, want)
		}
		second.rate("A03", "55555")
		if u, _ := in.scoreOf(models.Social, "A03"); u.Mean.String() != "88.67" || u.Points.String() != "3.55" || u.Ratings != 3 {
			t.Fatalf("after the change mean %s, points %s, %d ratings", u.Mean, u.Points, u.Ratings)
		}
		if _, now := in.scoreOf(models.Mobile, "A03"); now != untouched {
			t.Fatalf("mobile changed from\n%s\nto\n%s", untouched, now)
		}
		contains(t, w.must("recount"), "2017: every tally equals")
	})
}

// A whole dialogue by typed numbers alone: choosing, answering, changing, a
// complaint, a look-up.
func TestWeibo_dialogueByNumbers_ratesAndComplains(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		f := in.follower()
		contains(t, f.do(simulator.Follow()), "评议", "隐私说明")
		contains(t, f.do(simulator.Click("评议")), "1 政府部门")
		list := f.say("1")
		n := numberOf(t, list, "下一页")
		contains(t, f.say(n), "上一页")
		n = numberOf(t, f.say("上一页"), "市教育局")
		contains(t, f.say(n), "【市教育局】", "第1题", "5 非常满意", "0 未接触/不了解")
		for _, digit := range []string{"5", "５", "2", "0"} {
			f.say(digit)
		}
		contains(t, f.say("4"), "请核对", "7 确认", "8 修改", "9 取消")
		contains(t, f.say("1"), "没有改动什么", "7 确认")
		f.say("8")
		f.say("第3题")
		contains(t, f.say("1"), "廉洁从政、廉洁从业：非常不满意")
		said := f.say("7")
		contains(t, said, "回执：", "我要投诉")
		contains(t, f.say(numberOf(t, said, "我要投诉")), "哪一类问题", "2 办事拖拉")
		f.say("2")
		f.say("周三下午窗口没人，等了两个小时")
		contains(t, f.do(simulator.Picture("")), "收到")
		f.say("完成")
		f.say("1")
		contains(t, f.say("跳过"), "请核对您要反映的问题", "1 确认")
		filed := f.say("1")
		no, code := wantLine(t, filed, "登记编号："), wantLine(t, filed, "查询码：")
		contains(t, in.follower().say("查询 "+no+" "+code), "已登记")
		contains(t, f.do(simulator.Click("查询")), "市教育局", no)
		if u, _ := in.scoreOf(models.Social, "A03"); u.Ratings != 1 || u.Complaints.Received != 1 {
			t.Fatalf("%+v", u)
		}
		contains(t, w.must("recount"), "every tally equals")
	})
}

// numberOf is the number that stands before a choice.
func numberOf(t *testing.T, text, label string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^(\d+) ` + regexp.QuoteMeta(label)).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no choice %q in\n%s", label, text)
	}
	return m[1]
}

func TestWeibo_codesWithNumbers_standForUnitsWindowsAndTheCampaign(t *testing.T) {
	w := newWorld(t).withWeibo()
	in := w.serve()
	before, _ := w.scenes(t.Context())
	if len(before) < 85 {
		t.Fatalf("%d scenes", len(before))
	}
	contains(t, in.follower().do(simulator.Scan(strconv.Itoa(before["u:A01"]))), "第1题")
	contains(t, in.follower().do(simulator.Scan(strconv.Itoa(before["c:2017"]))), "1 政府部门")
	contains(t, in.follower().do(simulator.Scan("99999")), "1 政府部门")
	in.stop()
	in = w.serve()
	after, _ := w.scenes(t.Context())
	for target, n := range before {
		if after[target] != n {
			t.Fatalf("%s was %d and is %d", target, n, after[target])
		}
	}
	contains(t, in.follower().do(simulator.Scan(strconv.Itoa(after["u:A01"]))), "第1题")
}

func TestWeibo_followership_isRecordedWithTheRating(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		stranger := in.follower()
		stranger.who.Following = true // the event that would have told came before our time
		stranger.rate("A01", "55555")
		in.follower().rate("A01", "44444") // scan_follow
		leaver := in.follower()
		leaver.do(simulator.Follow())
		leaver.rate("A01", "33333")
		if got := leaver.do(simulator.Unfollow()); got != "" || leaver.last.Raw != "" {
			t.Fatalf("an unfollow was answered %q", leaver.last.Raw)
		}
		db := w.open()
		if _, err := db.Identity(t.Context(), "default", testUID, w.citizen(db, leaver.who.OpenID)); models.KindOf(err) != models.NotFound {
			t.Fatalf("after the unfollow: %v", err)
		}
		if _, err := db.Identity(t.Context(), "default", testUID, w.citizen(db, stranger.who.OpenID)); err != nil {
			t.Fatalf("who rated cannot be looked up: %v", err)
		}
		leaver.say("市公安局")
		leaver.say("11111")
		contains(t, leaver.say("7"), "回执：")
		got, err := db.LiveProvenances(t.Context(), "default", "2017", models.Social)
		want := map[scoring.Provenance]int64{scoring.Unverified: 1, scoring.Follower: 2, scoring.Unfollowed: 1}
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v %v", got, err)
		}
		for p, n := range want {
			if got[p] != n {
				t.Errorf("%s: %d, want %d (%v)", p, got[p], n, got)
			}
		}
	})
}

// citizen is the keyed hash of a uid.
func (w *world) citizen(db *database, uid string) models.ID {
	w.t.Helper()
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		w.t.Fatal(err)
	}
	keys, err := seal.NewRing(wrapper, db).Tenant(w.t.Context(), "default")
	if err != nil {
		w.t.Fatal(err)
	}
	return keys.Citizen(testUID, uid)
}

// open opens the database of a world beside its servers.
func (w *world) open() *database {
	w.t.Helper()
	db, err := openDatabase(w.t.Context(), store.Options{URL: w.env["PINGYI_DATABASE"]})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return db
}

func TestWeibo_pushFourTimesAtOnceOnTwoServers_oneEffectEqualAnswers(t *testing.T) {
	w := newMySQLWorld(t).withWeibo()
	a, b := w.serve(), w.serve()
	const citizens = 100 // times five pushes, each four times at once
	var group sync.WaitGroup
	at := make(chan struct{}, 8)
	for range citizens {
		f := a.follower()
		group.Go(func() {
			at <- struct{}{}
			defer func() { <-at }()
			for _, act := range []simulator.Act{
				simulator.Follow(), simulator.Scan("u:A01"), simulator.Say("55445"), simulator.Say("确认"), simulator.Say("查询"),
			} {
				f.fourTimes(t, a.weibo(), b.weibo(), act)
			}
		})
	}
	group.Wait()
	if u, _ := a.scoreOf(models.Social, "A01"); u.Ratings != citizens {
		t.Fatalf("%d ratings, want %d", u.Ratings, citizens)
	}
	contains(t, w.must("recount"), "every tally equals")
}

// fourTimes delivers one push four times at once on two servers.
func (f *follower) fourTimes(t *testing.T, a, b *simulator.WeiboPlatform, act simulator.Act) {
	made, err := f.p.Make(t.Context(), f.who, act)
	if err != nil {
		t.Error(err)
		return
	}
	raw := make([]string, 4)
	var group sync.WaitGroup
	for i := range raw {
		group.Go(func() {
			on := a
			if i%2 == 1 {
				on = b
			}
			e, err := on.Redeliver(t.Context(), made)
			if err != nil || len(e.Faults) > 0 || e.Text == "" {
				t.Errorf("delivery %d of a %s: %v %v %q", i, act.Kind, err, e.Faults, e.Raw)
			}
			raw[i] = e.Raw
		})
	}
	group.Wait()
	for i := range raw {
		if raw[i] != raw[0] {
			t.Errorf("delivery %d was answered\n%s\nthe first\n%s", i, raw[i], raw[0])
		}
	}
}

func TestWeibo_simulate_socialScoresEqualItsOwnCount(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		out := w.must("simulate", "--channel", "social", "--citizens", "25", "--units", "20", "--url", in.base)
		contains(t, out, "25 citizens", "0 failed")
		contains(t, w.must("recount"), "every tally equals")
		if u, _ := in.scoreOf(models.Mobile, "A01"); u.Ratings != 0 {
			t.Fatalf("%d ratings on mobile", u.Ratings)
		}
		if _, _, code := w.command("simulate", "--channel", "web", "--url", in.base); code != exitUsage {
			t.Fatalf("an unknown channel: exit code %d", code)
		}
	})
}
