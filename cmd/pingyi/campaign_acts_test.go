package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pingyi/config"
	"pingyi/scoring"
)

const cityPaper = "依据 市纠风办 马纠办〔2017〕3号（2017年4月20日）"

// cityProfile is the path of a city's own copy of the shipped profile: it names the
// paper that issued it.
func (w *world) cityProfile() string {
	w.t.Helper()
	text, err := config.ProfileText("maanshan-2017")
	if err != nil {
		w.t.Fatal(err)
	}
	return w.file("city.yaml", string(text)+"issued: {body: 市纠风办, number: 马纠办〔2017〕3号, date: 2017-04-20}\n")
}

func TestCampaignApprove_ofASampleInProduction_isRefusedAndTheCitysCopyPrintsItsPaper(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.production(t)
		w.must("migrate")
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		create := func(profile, id string) {
			w.must("campaign", "create", "--profile", profile, "--id", id, "--from", "2020-01-01", "--to", "2099-12-31")
		}
		create("maanshan-2017", "sample")
		withPhone := func(id, phone string) string {
			text := strings.Replace(w.must("campaign", "profile", "maanshan-2017"), scoring.SamplePhone, phone, 1)
			_, errs, code := w.command("campaign", "create", "--profile", w.file(id+".yaml", text), "--id", id, "--from", "2020-01-01", "--to", "2099-12-31")
			if code != exitDone {
				t.Fatalf("exit code %d\n%s", code, errs)
			}
			return errs
		}
		contains(t, withPhone("shipped", scoring.SamplePhone), scoring.SamplePhone, "contacts")
		if errs := withPhone("own", "0555-2346789"); strings.Contains(errs, "contacts") {
			t.Errorf("its own number is called made up: %s", errs)
		}
		out, errs, code := w.command("campaign", "approve", "--id", "sample", "--by", "市纠风办")
		if code != exitFailed || out != "" {
			t.Errorf("exit code %d, %q", code, out)
		}
		contains(t, errs, "the campaign sample is a sample", "issued: {body, number, date}")
		var shown map[string]any
		if err := json.Unmarshal([]byte(w.must("campaign", "show", "sample")), &shown); err != nil || shown["approved"] != nil || shown["notice"] != scoring.SampleNotice {
			t.Errorf("%v, %v", shown, err)
		}
		// The shipped text with the paper in place of sample: true, as an office edits it.
		text := w.must("campaign", "profile", "maanshan-2017")
		edited := strings.Replace(text, "sample: true", "issued: {body: 市纠风办, number: 马纠办〔2017〕3号, date: 2017-04-20}", 1)
		create(w.file("edited.yaml", "\ufeff"+edited), "2017")
		w.must("campaign", "approve", "--id", "2017", "--by", "市纠风办主任")
		contains(t, w.must("scores", "--campaign", "2017", "--channel", "mobile"), `"notice": "`+cityPaper+`"`)
		if strings.Contains(w.must("scores", "--campaign", "2017", "--channel", "social"), "示例") {
			t.Error("the city's scores say that they are a sample's")
		}
		if err := json.Unmarshal([]byte(w.must("campaign", "show", "2017")), &shown); err != nil {
			t.Fatal(err)
		}
		approved, _ := shown["approved"].(map[string]any)
		issued, _ := shown["issued"].(map[string]any)
		frozen, _ := shown["frozen"].(map[string]any)
		units, _ := frozen["units"].([]any)
		if approved["by"] != "市纠风办主任" || issued["number"] != "马纠办〔2017〕3号" || len(units) != 84 || frozen["dimensions"] == nil || frozen["methods"] == nil {
			t.Errorf("shown %v, %v, %d units", approved, issued, len(units))
		}
		in := w.serve()
		key := strings.TrimSpace(w.must("apikey", "create", "--name", "office", "--role", "office"))
		if doc := in.scoresOf(t, "2017", key); doc.Notice != cityPaper {
			t.Errorf("the API says %q", doc.Notice)
		}
	})
}

func TestCampaignApprove_besideOneOnTheSameAccount_isRefused(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.production(t)
		w.must("migrate")
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		profile := w.cityProfile()
		for id, days := range map[string][2]string{"a": {"2027-05-01", "2027-06-30"}, "b": {"2027-06-30", "2027-07-31"}, "c": {"2027-07-01", "2027-08-31"}} {
			w.must("campaign", "create", "--profile", profile, "--id", id, "--from", days[0], "--to", days[1])
		}
		w.must("campaign", "approve", "--id", "a", "--by", "x")
		if _, errs, code := w.command("campaign", "approve", "--id", "b", "--by", "x"); code != exitFailed || !strings.Contains(errs, "the campaign a collects on the same account and channel") {
			t.Errorf("b: exit code %d, %s", code, errs)
		}
		w.must("campaign", "approve", "--id", "c", "--by", "x") // from the day after
		contains(t, w.must("campaign", "list"), "b\tdraft")
	})
}

func TestCampaignDelete_ofADraft_leavesNothingOfIt(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.production(t)
		w.must("migrate")
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		profile := w.cityProfile()
		create := func(from, to string) {
			w.must("campaign", "create", "--profile", profile, "--id", "2017", "--from", from, "--to", to)
		}
		create("2027-05-01", "2027-06-30")
		if out := w.must("campaign", "delete", "2017"); out != "2017\n" {
			t.Errorf("stdout %q", out)
		}
		for _, table := range []string{"campaigns", "campaign_units", "campaign_channels"} {
			if n := w.count(t, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
		if _, _, code := w.command("campaign", "show", "2017"); code != exitFailed {
			t.Errorf("shown after it was deleted: exit code %d", code)
		}
		create("2020-01-01", "2099-12-31")
		if _, errs, code := w.command("campaign", "stop", "2017", "--by", "x", "--reason", "y"); code != exitFailed || !strings.Contains(errs, "is a draft; it can be deleted") {
			t.Errorf("a draft is stopped: exit code %d, %s", code, errs)
		}
		w.must("campaign", "approve", "--id", "2017", "--by", "x")
		if _, errs, code := w.command("campaign", "delete", "2017"); code != exitFailed || !strings.Contains(errs, "is approved; it can be stopped") {
			t.Errorf("an approved one is deleted: exit code %d, %s", code, errs)
		}
		for _, args := range [][]string{{"stop", "2017"}, {"stop", "2017", "--by", "x"}, {"stop", "2017", "--reason", "x"}, {"stop", "--by", "x", "--reason", "y"},
			{"stop", "2017", "--by", "x", "--reason", strings.Repeat("长", 41)}, {"delete"}, {"show"}, {"show", "a", "b"}, {"profile"}, {"profile", "none"}} {
			if _, errs, code := w.command(append([]string{"campaign"}, args...)...); code != exitUsage {
				t.Errorf("%v: exit code %d, %s", args, code, errs)
			}
		}
	})
}

// What was confirmed before a stop counts and stays, nothing after it does, and
// everybody who comes is told why.
func TestCampaignStop_closesNow_keepsWhatWasRatedAndTellsTheReason(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		receipt := in.phone().rate("A03", "55555")
		before := linesWith(w.must("recount", "--campaign", "2017"), "2017: sha256 of the campaign")
		begun, summed := in.chat(t), in.chat(t)
		begun.scan("u:A04")
		summed.scan("u:A05")
		summed.say("44444")
		out := w.must("campaign", "stop", "2017", "--by", "市纠风办主任", "--reason", "系统要检修。")
		if !strings.HasPrefix(out, "2017\t20") || strings.Count(out, "\n") != 1 {
			t.Errorf("stdout %q", out)
		}
		const why = "这次评议提前结束，原因：系统要检修。已经登记的评价都还在。"
		eventually(t, "a scan is told", func() bool { return strings.Contains(in.chat(t).scan("u:A06"), why) })
		summed.on(summed.tap("确认"), "这份评价没有收进来", why).without("回执：")
		begun.on(begun.say("5"), "刚才那份评价没有提交", why)
		c := in.chat(t)
		c.on(c.scan("c:2017"), why)
		if u := in.scores(); u["A03"].Ratings != 1 || u["A05"].Ratings != 0 {
			t.Errorf("A03 %d, A05 %d ratings", u["A03"].Ratings, u["A05"].Ratings)
		}
		d := in.follows(t)
		d.on(d.say("查询 "+receipt), "登记过")
		var shown struct {
			Phase   string
			To      time.Time
			Stopped struct {
				By, Reason string
				Planned    time.Time `json:"planned_to"`
			}
		}
		if err := json.Unmarshal([]byte(w.must("campaign", "show", "2017")), &shown); err != nil {
			t.Fatal(err)
		}
		if s := shown.Stopped; shown.Phase != "closed" || s.By != "市纠风办主任" || s.Reason != "系统要检修" || !shown.To.Before(s.Planned) || time.Since(shown.To) > time.Hour {
			t.Errorf("shown %+v", shown)
		}
		after := linesWith(w.must("recount", "--campaign", "2017"), "2017: sha256 of the campaign")
		if len(before) != 1 || len(after) != 1 || before[0] != after[0] {
			t.Errorf("what was approved has another sum: %v, %v", before, after)
		}
		if _, errs, code := w.command("campaign", "stop", "2017", "--by", "x", "--reason", "y"); code != exitFailed || !strings.Contains(errs, "was stopped before") {
			t.Errorf("again: exit code %d, %s", code, errs)
		}
	})
}

func TestTenant_thatASlipNames_isNotMade(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.must("migrate")
		units := w.file("units.csv", string(sampleUnits()))
		for _, args := range [][]string{{"units", "import", units}, {"units", "list"}, {"migrate"}, {"apikey", "create", "--name", "x", "--role", "office"}, {"serve"}} {
			out, errs, code := w.command(append(args, "--tenant", "contry")...)
			if code != exitUsage || out != "" || !strings.Contains(errs, `there is no tenant "contry", but default; pingyi tenant create contry adds it`) {
				t.Errorf("%v: exit code %d, %q, %s", args, code, out, errs)
			}
		}
		if got := w.must("tenant", "list"); got != "default\tdefault\n" {
			t.Errorf("tenants %q", got)
		}
		if got := w.must("tenant", "create", "county", "--title", "某县"); got != "county\n" {
			t.Errorf("stdout %q", got)
		}
		w.must("units", "import", units, "--tenant", "county")
		_, errs, code := w.command("campaign", "create", "--tenant", "county", "--profile", "maanshan-2017", "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
		if code != exitDone {
			t.Fatal(errs)
		}
		contains(t, errs, "campaign 2017: no account of the tenant county collects for the channel mobile here; nobody can rate on it")
		if _, _, code := w.command("tenant", "create", "county"); code != exitFailed {
			t.Errorf("twice: exit code %d", code)
		}
		if _, _, code := w.command("tenant", "create", "a b"); code != exitUsage {
			t.Errorf("no name: exit code %d", code)
		}
	})
}
