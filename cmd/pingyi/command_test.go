package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"pingyi/scoring"
)

// The exit codes of the contract: 0 done, 1 failed or a difference was found,
// 2 wrong use or configuration. Results alone are on stdout.
func TestCommands_exitCodes(t *testing.T) {
	w := newWorld(t)
	w.must("migrate")
	units := w.file("units.csv", string(sampleUnits()))
	create := []string{"campaign", "create", "--profile", "maanshan-2017", "--id", "2018", "--from", "2026-11-01", "--to", "2026-12-31"}
	change := func(name, value string) []string {
		args := slices.Clone(create)
		args[slices.Index(args, name)+1] = value
		return args
	}
	without := func(name string) []string {
		at := slices.Index(create, name)
		return slices.Concat(create[:at], create[at+2:])
	}
	for _, c := range []struct {
		code int
		args []string
	}{
		{exitDone, []string{"version"}},
		{exitDone, []string{"help"}},
		{exitDone, []string{"--help"}},
		{exitDone, []string{"scores", "--help"}},
		{exitDone, []string{"units", "--help"}},
		{exitUsage, []string{"nonsense"}},
		{exitUsage, []string{"--nonsense"}},
		{exitUsage, []string{"scores", "--nonsense"}},
		{exitUsage, []string{"units", "nonsense"}},
		{exitUsage, []string{"apikey", "nonsense"}},
		{exitUsage, []string{"campaign", "nonsense"}},
		{exitUsage, []string{"units", "import"}},
		{exitUsage, []string{"units", "import", units, units}},
		{exitUsage, []string{"serve", "now"}},
		{exitUsage, []string{"migrate", "now"}},
		{exitUsage, []string{"version", "now"}},
		{exitUsage, []string{"recount", "now"}},
		{exitUsage, []string{"scores", "2017"}},
		{exitUsage, []string{"scores"}},
		{exitUsage, []string{"scores", "--campaign", "2018"}},
		{exitUsage, []string{"scores", "--channel", "mobile"}},
		{exitUsage, []string{"scores", "--campaign", "2018", "--channel", "mobile", "--format", "pdf"}},
		{exitUsage, []string{"apikey", "create", "--role", "office"}},
		{exitUsage, []string{"apikey", "create", "--name", "x"}},
		{exitUsage, []string{"apikey", "create", "--name", "x", "--role", "king"}},
		{exitUsage, []string{"scores", "--campaign", "2018", "--channel", "mobile", "--tenant", "no such / tenant"}},
		{exitFailed, []string{"units", "import", units + ".missing"}},
		{exitFailed, create}, // no unit yet
		{exitDone, []string{"units", "import", units}},
		{exitDone, []string{"units", "import", units}}, // again
		{exitUsage, change("--from", "yesterday")},
		{exitUsage, change("--to", "2026-02-30")},
		{exitUsage, change("--to", "2026-10-31")},
		{exitUsage, change("--id", "a b")},
		{exitUsage, change("--profile", "no-such-profile")},
		{exitUsage, without("--profile")},
		{exitUsage, without("--id")},
		{exitUsage, without("--from")},
		{exitUsage, without("--to")},
		{exitDone, create},
		{exitFailed, create}, // there already
		{exitDone, []string{"recount"}},
		{exitFailed, []string{"recount", "--campaign", "1999"}},
		{exitFailed, []string{"scores", "--campaign", "1999", "--channel", "mobile"}},
		{exitFailed, []string{"scores", "--campaign", "2018", "--channel", "fax"}},
		{exitFailed, []string{"simulate", "--url", "http://127.0.0.1:1"}},
		{exitUsage, []string{"simulate", "--citizens", "0"}},
		{exitUsage, []string{"backup"}},
		{exitUsage, []string{"restore", "--into", "pingyi_restored"}},
		{exitUsage, []string{"restore", units}},
		{exitUsage, []string{"restore", "--into", "pingyi_restored", units}}, // this world is on SQLite
		{exitUsage, []string{"restore", "--into", "sqlite:" + w.dir + "/new.db", units}},
		{exitUsage, []string{"restore", "--into", "a b;", units}},
		{exitFailed, []string{"restore", "--into", "mysql:root@tcp(127.0.0.1:1)/pingyi_restored", units}},
		{exitDone, []string{"backup", w.dir + "/copy.db"}},
	} {
		out, errs, code := w.command(c.args...)
		if code != c.code {
			t.Errorf("pingyi %s: exit code %d, want %d\nstdout %q\nstderr %q", strings.Join(c.args, " "), code, c.code, out, errs)
		}
		if code != exitDone && (out != "" || errs == "") {
			t.Errorf("pingyi %s fails with %q on stdout and %q on stderr", strings.Join(c.args, " "), out, errs)
		}
	}
}

func TestCampaignCreate_lastDayBeforeTheFirst_isSaidAsItWasTyped(t *testing.T) {
	_, errs, code := newWorld(t).command("campaign", "create", "--profile", "maanshan-2017", "--id", "2018", "--from", "2026-11-01", "--to", "2026-10-31")
	if code != exitUsage || !strings.Contains(errs, "--to 2026-10-31 is not later than --from 2026-11-01") {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
}

func TestCampaignCreate_ofDaysThatAreOver_saysThatNothingWillCount(t *testing.T) {
	w := newWorld(t)
	w.must("units", "import", w.file("units.csv", string(sampleUnits())))
	for to, want := range map[string]bool{"2020-06-30": true, "2099-06-30": false} {
		_, errs, code := w.command("campaign", "create", "--profile", "maanshan-2017", "--id", to[:4], "--from", "2020-05-01", "--to", to)
		if code != exitDone || strings.Contains(errs, "its last day of rating is over") != want {
			t.Errorf("--to %s: exit code %d, stderr %q", to, code, errs)
		}
	}
}

func TestScoresCommand_everyFormat_standsAloneOnStdout(t *testing.T) {
	in := newWorld(t).serve()
	in.phone().rate("A03", "55454")
	scores := []string{"scores", "--campaign", "2017", "--channel", "mobile"}
	var doc scoring.Scores
	dec := json.NewDecoder(strings.NewReader(in.w.must(append(scores, "--format", "json")...)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil || dec.More() {
		t.Fatalf("JSON: %v", err)
	}
	if doc.Campaign != "2017" || doc.Final || len(doc.Units) != 84 || doc.Method != "maanshan-2017-mobile/1" {
		t.Errorf("JSON says %s, final %v, %d units, %v", doc.Campaign, doc.Final, len(doc.Units), doc.Method)
	}
	sheet := in.w.must(append(scores, "--format", "csv")...)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(sheet, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 85 || !strings.HasPrefix(sheet, "\ufeffcode,name,class,ratings,mean,points,shrunk_mean,rank") {
		t.Errorf("CSV: %v, %d rows, %.60q", err, len(rows), sheet)
	}
	f, err := excelize.OpenReader(bytes.NewReader([]byte(in.w.must(append(scores, "--format", "xlsx")...))))
	if err != nil {
		t.Fatalf("XLSX: %v", err)
	}
	_ = f.Close()
	// The social channel has a pool of its own, and nobody rated there.
	if err = json.Unmarshal([]byte(in.w.must("scores", "--campaign", "2017", "--channel", "social")), &doc); err != nil || doc.FullMarks.String() != "4" {
		t.Errorf("social: %v, full marks %v", err, doc.FullMarks)
	}
}

func TestAPIKeyCreate_printsTheKeyAlone_onceAndItWorks(t *testing.T) {
	in := newWorld(t).serve()
	out := in.w.must("apikey", "create", "--name", "报表", "--role", "reader")
	if !regexp.MustCompile(`^pingyi_[A-Za-z0-9_-]{43}\n$`).MatchString(out) {
		t.Fatalf("stdout %q", out)
	}
	key := strings.TrimSpace(out)
	if status, _, _ := in.get("/api/v1/campaigns", key); status != 200 {
		t.Errorf("the new key: %d", status)
	}
	list := in.w.must("apikey", "list")
	if strings.Contains(list, key) || !strings.Contains(list, "报表") {
		t.Errorf("the list is\n%s", list)
	}
	for line := range strings.Lines(list) {
		if strings.Contains(line, "报表") {
			id, _, _ := strings.Cut(line, "\t")
			in.w.must("apikey", "revoke", "--id", id)
		}
	}
	if status, _, _ := in.get("/api/v1/campaigns", key); status != 401 {
		t.Errorf("a revoked key: %d", status)
	}
	if strings.Contains(in.log.String(), key) {
		t.Error("the log has the key")
	}
}

// A name stands in a line of a list, so it must not make two of it.
func TestNames_thatBreakALine_areRefusedAndToldWhy(t *testing.T) {
	w := newWorld(t)
	w.must("migrate")
	for _, c := range []struct{ name, why string }{
		{"报表\nid\toffice\tactive", "U+000A"}, {"a\tb", "U+0009"}, {"a\u2028b", "U+2028"}, {"\u202eecno", "U+202E"},
		{"a\xffb", "UTF-8"}, {strings.Repeat("名", 43), "129 bytes"}, {" \n", "missing"},
	} {
		out, errs, code := w.command("apikey", "create", "--name", c.name, "--role", "reader")
		if code != exitUsage || out != "" || !strings.Contains(errs, "--name") || !strings.Contains(errs, c.why) {
			t.Errorf("the name %q: exit code %d, stdout %q, stderr %q", c.name, code, out, errs)
		}
	}
	if list := w.must("apikey", "list"); list != "" {
		t.Errorf("a key was made:\n%s", list)
	}
	for _, by := range []string{" ", "a\nb", strings.Repeat("x", 129)} {
		if _, errs, code := w.command("campaign", "approve", "--id", "2017", "--by", by); code != exitUsage || !strings.Contains(errs, "--by") {
			t.Errorf("approved by %q: exit code %d, %s", by, code, errs)
		}
	}
}

func TestUnitsImport_GBKBOMAndFaultyFiles(t *testing.T) {
	w := newWorld(t)
	w.must("migrate")
	const head = "code,name,class,type,superior,aliases,parent,phone,promise\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(head + "A01,市发展和改革委员会,政府部门,government,,发改委|市发改委,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, w.must("units", "import", w.file("gbk.csv", gbk)), "1 units imported")
	contains(t, w.must("units", "import", w.file("bom.csv", "\ufeff"+head+"A03,市教育局,政府部门,government,,,,,\r\nA03W1,市教育局 窗口,政府部门,window,,,A03,,\r\n")), "2 units imported")
	before := w.must("units", "list")
	contains(t, before, "市发展和改革委员会", "市教育局 窗口")
	for name, content := range map[string]string{
		"empty": "", "no head": "A01,x,y,government,,,,,\n", "another head": "code;name\nA01;x\n",
		"no name": head + "A05,,政府部门,government,,,,,\n", "bad type": head + "A05,市公安局,政府部门,gov,,,,,\n",
		"twice":                 head + "A05,市公安局,政府部门,government,,,,,\nA05,市民政局,政府部门,government,,,,,\n",
		"window without parent": head + "A05W1,窗口,政府部门,window,,,,,\n", "unknown parent": head + "A05W1,窗口,政府部门,window,,,Z99,,\n",
		"one good one bad": head + "A05,市公安局,政府部门,government,,,,,\nA06,市民政局,政府部门,nonsense,,,,,\nA 7,x,y,z,,,,,\n",
		"too few columns":  head + "A05,市公安局\n", "neither UTF-8 nor GBK": head + "A05,\xff\xff,政府部门,government,,,,,\n",
	} {
		_, errs, code := w.command("units", "import", w.file("faulty.csv", content))
		if code != exitFailed || !strings.Contains(errs, "faulty.csv") {
			t.Errorf("%s: exit code %d, %q", name, code, errs)
		}
		if name == "one good one bad" && (!strings.Contains(errs, "3") || !strings.Contains(errs, "4")) {
			t.Errorf("not every fault at once: %q", errs)
		}
		if after := w.must("units", "list"); after != before {
			t.Fatalf("%s: the register changed to\n%s", name, after)
		}
	}
}

func TestCampaignCreate_secondCampaign_isRatedByItsCode(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	campaignOf(t, in, "2018", "2020-01-01", "2099-12-31")
	c := in.chat(t)
	c.on(c.scan("c:2018"), "哪一类单位")
	c.tap("政府部门")
	c.on(c.say("市教育局"), "第1题")
	c.say("44444")
	receipt := wantLine(t, c.tap("确认"), "回执：")
	if got := w.text(t, "SELECT campaign FROM ratings WHERE receipt = ?", receipt); got != "2018" {
		t.Errorf("rated in %s", got)
	}
	in.phone().rate("A03", "11111") // the unit's code: the campaign that began last
	if u := in.scores()["A03"]; u.Ratings != 1 || u.Mean.String() != "0.00" {
		t.Errorf("2017 has %d ratings, mean %s", u.Ratings, u.Mean)
	}
	var doc scoring.Scores
	if err := json.Unmarshal([]byte(w.must("scores", "--campaign", "2018", "--channel", "mobile")), &doc); err != nil || len(doc.Units) != 84 {
		t.Fatalf("%v, %d units", err, len(doc.Units))
	}
	c.on(c.say("查询"), receipt)
	contains(t, w.must("recount"), "2017: every tally equals", "2018: every tally equals")
}

func TestRecount_ofAnAlteredTally_exits1AndRepairs(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		in.phone().rate("A03", "55454")
		alter := "UPDATE tallies SET d1_l5 = d1_l5 + 1 WHERE unit = 'A03'"
		if _, err := w.sql(t).ExecContext(t.Context(), alter); err != nil {
			t.Fatal(err)
		}
		for range 2 { // finding mends nothing
			out, _, code := w.command("recount")
			if code != exitFailed || !strings.Contains(out, "A03") {
				t.Fatalf("exit code %d\n%s", code, out)
			}
		}
		if out, _, code := w.command("recount", "--repair"); code != exitFailed || !strings.Contains(out, "A03") {
			t.Fatalf("a repair found the difference: exit code %d\n%s", code, out)
		}
		contains(t, w.must("recount"), "2017: every tally equals")
		if u := in.scores()["A03"]; u.Mean.String() != "92.00" {
			t.Errorf("mean %s after the repair", u.Mean)
		}
	})
}

func TestSimulate_ofADemoServer_agreesWithItsScores(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	out, errs, code := w.command("simulate", "--url", in.base, "--citizens", "12", "--units", "84")
	if code != exitDone {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	contains(t, out, "12 citizens", "0 failed")
	sums(t, w)
	if n := w.count(t, "SELECT COUNT(*) FROM api_keys WHERE name = 'simulate' AND revoked_at IS NULL"); n != 0 {
		t.Errorf("%d keys of the simulation are left", n)
	}
}

func TestSimulate_ofAnotherServer_isRefusedAndLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.serve()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	_, errs, code := w.command("simulate", "--url", other.URL)
	if code != exitFailed || !strings.Contains(errs, "no demo") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if n := w.count(t, "SELECT COUNT(*) FROM api_keys WHERE name = 'simulate'"); n != 0 {
		t.Errorf("%d keys of the simulation are left", n)
	}
}

func TestBackup_ofADatabaseInUse_isWhole(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	receipt := in.phone().rate("A03", "55454")
	scores := asJSON(t, in.scores())
	copied := filepath.Join(w.dir, "copy.db")
	w.must("backup", copied)
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, errs, code := w.command("backup", copied); code == exitDone || !strings.Contains(errs, "exists") {
		t.Errorf("written over: exit code %d\n%s", code, errs)
	}
	in.phone().rate("A03", "11111") // not in the copy
	in.stop()
	w.env["PINGYI_DATABASE"] = "sqlite:" + copied
	b := w.serve()
	if got := asJSON(t, b.scores()); got != scores {
		t.Error("the copy has other scores")
	}
	c := b.follows(t)
	c.on(c.say("查询 "+receipt), "这份评价登记过")
	sums(t, w)
}
