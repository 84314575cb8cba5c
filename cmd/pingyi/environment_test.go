package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"pingyi/simulator"
)

// production is the environment of a server in production on w's database.
func (w *world) production(t *testing.T) {
	t.Helper()
	w.env["PINGYI_ENV"] = "production"
	w.env["PINGYI_PUBLIC_URL"] = "https://pingyi.example.gov.cn"
	if w.env["PINGYI_REDIS"] == "" {
		w.withRedis(t)
	}
}

func TestConfiguration_everyFaultAtOnce_exit2(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{
		"PINGYI_ADDR": "nowhere", "PINGYI_METRICS_ADDR": "127.0.0.1:x", "PINGYI_TRUSTED_PROXIES": "10.0.0.0/8,proxy",
		"PINGYI_PUBLIC_URL": "http://pingyi.example.gov.cn", "PINGYI_DATABASE": "postgres:x", "PINGYI_REDIS": "embedded",
		"PINGYI_SECRET": "tooshort-k7", "PINGYI_WECHAT_APP_ID": "wx1", "PINGYI_WECHAT_ORIGINAL_ID": "x", "PINGYI_TENANT": "a b",
	}
	for _, args := range [][]string{{"serve"}, {"scores", "--campaign", "1", "--channel", "mobile"}, {"migrate"}} {
		out, errs, code := w.command(args...)
		if code != exitUsage || out != "" {
			t.Fatalf("%v: exit code %d, stdout %q", args, code, out)
		}
		contains(t, errs, "PINGYI_ADDR", "PINGYI_METRICS_ADDR", "PINGYI_TRUSTED_PROXIES", "PINGYI_PUBLIC_URL", "PINGYI_DATABASE", "PINGYI_REDIS",
			"PINGYI_SECRET", "PINGYI_WECHAT_TOKEN", "PINGYI_WECHAT_AES_KEY", "PINGYI_WECHAT_ORIGINAL_ID", "PINGYI_TENANT")
		if strings.Contains(errs, "tooshort-k7") {
			t.Error("the faults show the secret")
		}
	}
	w.env = map[string]string{}
	_, errs, code := w.command("serve")
	if code != exitUsage {
		t.Fatalf("nothing set: exit code %d", code)
	}
	contains(t, errs, "PINGYI_DATABASE", "PINGYI_REDIS", "PINGYI_SECRET", "PINGYI_PUBLIC_URL", "PINGYI_WECHAT_TOKEN")
	var out, said lockedBuffer
	slip := w.program(&out, &said)
	slip.environ = []string{"PINGYI_SECERT=x"}
	if code = slip.run(t.Context(), []string{"pingyi", "serve"}); code != exitUsage || !strings.Contains(said.String(), "No option has the name PINGYI_SECERT;") {
		t.Errorf("a misspelt option beside missing ones: exit code %d\n%s", code, said.String())
	}
	w.env = map[string]string{"PINGYI_ENV": "staging"}
	if _, errs, code = w.command("serve"); code != exitUsage || !strings.Contains(errs, "PINGYI_ENV") {
		t.Errorf("an unknown environment: exit code %d\n%s", code, errs)
	}
}

func TestDatabase_thatDoesNotLetIn_isNamedWithTheOptionAndTheReason(t *testing.T) {
	dsn := os.Getenv("PINGYI_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Skip("PINGYI_TEST_MYSQL_DSN is not set")
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c.User, c.Passwd, c.DBName = "pingyi_nobody", "not-the-password", "pingyi_nowhere"
	w := newWorld(t)
	w.env["PINGYI_DATABASE"] = "mysql:" + c.FormatDSN()
	_, errs, code := w.command("recount")
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	contains(t, errs, "PINGYI_DATABASE: ", "1045", "the user or the password is refused")
	if strings.Contains(errs, "pingyi_nobody") || strings.Contains(errs, "not-the-password") {
		t.Errorf("the message quotes who asked: %s", errs)
	}
}

func TestConfiguration_secretsFromFiles(t *testing.T) {
	w := newWorld(t)
	secret, token, key := w.env["PINGYI_SECRET"], w.env["PINGYI_WECHAT_TOKEN"], w.env["PINGYI_WECHAT_AES_KEY"]
	w.fresh = true
	a := w.serve()
	receipt := a.phone().rate("A03", "55555")
	a.stop()
	for name, value := range map[string]string{"PINGYI_SECRET": secret, "PINGYI_WECHAT_TOKEN": token, "PINGYI_WECHAT_AES_KEY": key, "PINGYI_DATABASE": w.env["PINGYI_DATABASE"]} {
		delete(w.env, name)
		w.env[name+"_FILE"] = w.file(name, value+"\n") // one line end is not the secret's
	}
	b := w.serve()
	b.Platform = platformOf(t, b.base, testAppID, token, key, testGH)
	c := b.follows(t)
	c.on(c.say("查询 "+receipt), "这份评价登记过")
	b.stop()
	w.env["PINGYI_SECRET"], w.env["PINGYI_WECHAT_TOKEN"] = secret, token
	_, errs, code := w.command("recount")
	if code != exitUsage {
		t.Fatalf("both set: exit code %d\n%s", code, errs)
	}
	contains(t, errs, "PINGYI_SECRET", "PINGYI_WECHAT_TOKEN", "_FILE")
	delete(w.env, "PINGYI_SECRET")
	delete(w.env, "PINGYI_WECHAT_TOKEN")
	w.env["PINGYI_SECRET_FILE"] = filepath.Join(w.dir, "missing")
	if _, errs, code = w.command("recount"); code != exitUsage || !strings.Contains(errs, "PINGYI_SECRET_FILE") {
		t.Errorf("a missing file: exit code %d\n%s", code, errs)
	}
}

func TestDemo_tokenAlone_isAnAccountThatTakesPlaintext(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"APP_ID", "TOKEN", "AES_KEY", "ORIGINAL_ID"} {
		delete(w.env, "PINGYI_WECHAT_"+name)
	}
	w.env["PINGYI_WECHAT_TOKEN_FILE"] = w.file("token", testToken)
	in := w.serve()
	in.Platform = platformOf(t, in.base, "wxwhatever", testToken, "", "gh_whatever")
	in.phone().rate("A03", "55555")
	if status, _, _ := in.get("/simulator", ""); status != http.StatusOK {
		t.Errorf("/simulator: %d", status)
	}
	w.must("simulate", "--citizens", "2", "--units", "2", "--url", in.base)
}

func TestServe_oldSchemaInProduction_refusesUntilToldToMigrate(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.oneUser(t)
		w.production(t)
		_, errs, code := w.command("serve")
		if code != exitFailed {
			t.Fatalf("an empty database: exit code %d\n%s", code, errs)
		}
		contains(t, errs, "migrate")
		in := w.serveWith("--migrate")
		status, _, body := in.get("/readyz", "")
		var ready map[string]string
		if err := json.Unmarshal(body, &ready); err != nil || status != http.StatusOK {
			t.Fatalf("/readyz: %d %s %v", status, body, err)
		}
		for name, want := range map[string]string{"env": "production", "database": "ok", "redis": "ok", "schema": "ok"} {
			if ready[name] != want {
				t.Errorf("/readyz says %s %q, want %q", name, ready[name], want)
			}
		}
		in.stop()
		w.serve().stop() // now it needs no word
	})
}

func TestProduction_hasNoSimulatorNoDemoAndTakesNoPlaintext(t *testing.T) {
	w := newMySQLWorld(t)
	w.production(t)
	in := w.serveWith("--migrate")
	for _, path := range []string{"/simulator", "/simulator/", "/simulator/static/app.js", "/metrics", "/debug/pprof/"} {
		if status, _, _ := in.get(path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	l := in.letterOf(note(t, in.phone().who.OpenID, "教育局"))
	l.aes = ""
	if status, raw := in.send(t, l); status != http.StatusForbidden || raw != "" {
		t.Errorf("plaintext: %d %q", status, raw)
	}
	if status, _, _ := in.get("/api/v1/campaigns", in.key); status != http.StatusUnauthorized {
		t.Errorf("the demo's key: %d", status)
	}
	key := strings.TrimSpace(w.must("apikey", "create", "--name", "office", "--role", "office"))
	if _, _, body := in.get("/api/v1/campaigns", key); string(body) != `{"campaigns":[],"next":null}`+"\n" {
		t.Errorf("campaigns: %s", body)
	}
	c := in.follows(t)
	c.on(c.say("评议"), "现在没有正在进行的评议", "投诉")
	// A campaign counts once it is approved: the shipped methods are samples.
	w.must("units", "import", w.file("units.csv", string(sampleUnits())))
	w.must("campaign", "create", "--profile", w.cityProfile(), "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
	c.on(c.say("评议"), "现在没有正在进行的评议")
	w.must("campaign", "approve", "--id", "2017", "--by", "市纠风办〔2017〕1号")
	eventually(t, "the campaign is open", func() bool { return strings.Contains(c.say("教育局"), "第1题") })
	c.say("55555")
	c.on(c.tap("确认"), "回执：")
	if status, _, body := in.get("/api/v1/campaigns/2017/scores?channel=mobile", key); status != http.StatusOK || !strings.Contains(string(body), `"ratings":1`) {
		t.Errorf("scores: %d", status)
	}
	if _, errs, code := w.command("simulate", "--url", in.base, "--citizens", "1"); code != exitFailed || !strings.Contains(errs, "demo") {
		t.Errorf("simulate against production: exit code %d\n%s", code, errs)
	}
	head, err := http.Get(in.base + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = head.Body.Close()
	if head.Header.Get("Strict-Transport-Security") == "" {
		t.Error("https, and no HSTS")
	}
}

func TestDemo_twiceAtOnceOnOneEmptyDatabase_oneCampaignBothReady(t *testing.T) {
	databases(t, demoTwice)
}

func demoTwice(t *testing.T, w *world) {
	w.fresh = true
	servers := make([]*instance, 2)
	var wg sync.WaitGroup
	for i := range servers {
		wg.Go(func() { servers[i] = w.serve() })
	}
	wg.Wait()
	for _, in := range servers {
		if status, _, body := in.get("/readyz", ""); status != http.StatusOK || !strings.Contains(string(body), `"env":"demo"`) {
			t.Errorf("/readyz: %d %s", status, body)
		}
		if n := len(in.scores()); n != 84 {
			t.Errorf("%d units have scores", n)
		}
		in.phone().rate("A03", "55555")
	}
	for query, want := range map[string]int64{
		"SELECT COUNT(*) FROM campaigns": 1, "SELECT COUNT(*) FROM campaign_units": 84, "SELECT COUNT(*) FROM units": 88,
		"SELECT COUNT(*) FROM live_ratings": 2, "SELECT COUNT(*) FROM wrapped_keys WHERE name LIKE 'person/%'": 1,
	} {
		if n := w.count(t, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	w.serve() // and once more
	if n := w.count(t, "SELECT COUNT(*) FROM campaigns"); n != 1 {
		t.Errorf("%d campaigns", n)
	}
}

func TestRestart_keepsEverythingThatMatters(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.fresh = true
		a := w.serve()
		c := a.chat(t)
		receipt := c.rate("A03", "55454")
		confirmed := c.last
		c.on(c.complain("教育局", "匿名"), "登记编号：")
		no, code := wantLine(t, c.last.Shown(), "登记编号："), wantLine(t, c.last.Shown(), "查询码：")
		c.say("市发展和改革委员会")
		c.say("4")
		scores, key := a.scores(), a.key
		a.stop()
		b := w.serve()
		c.p = b.Platform
		if again, err := b.Redeliver(t.Context(), confirmed); err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat after the restart: %v\n%s", err, again.Plain)
		}
		if w.env["PINGYI_REDIS"] != "" {
			c.on(c.say("4"), "第3题") // the dialogue goes on
		}
		c.on(c.say("查询"), receipt, no)
		c.on(c.say("查询 "+no+" "+code), no)
		if b.key != key {
			t.Error("the demo has another key")
		}
		if got := b.scores(); asJSON(t, got) != asJSON(t, scores) {
			t.Error("the scores changed")
		}
		c.say("取消") // what the dialogue before was about
		c.rates("市教育局", "11111")
		if u := b.scores()["A03"]; u.Ratings != 1 {
			t.Errorf("%d live ratings of one person", u.Ratings)
		}
	})
}

// What the demo makes for itself it keeps in the data folder.
func TestDemo_withoutSecretAndAccount_makesAndKeepsThem(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"PINGYI_SECRET", "PINGYI_WECHAT_APP_ID", "PINGYI_WECHAT_TOKEN", "PINGYI_WECHAT_AES_KEY", "PINGYI_WECHAT_ORIGINAL_ID"} {
		delete(w.env, name)
	}
	made := func() string {
		b, err := os.ReadFile(filepath.Join(w.dir, "data", "demo.env"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	w.must("migrate") // other commands use the same values, and start no server
	first := made()
	in := w.serve()
	for line := range strings.Lines(first) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.HasPrefix(name, "PINGYI_WECHAT_") {
			w.env[name] = value
		}
	}
	l := in.letterOf(strings.ReplaceAll(note(t, "omade0123456789", "教育局"), testGH, w.env["PINGYI_WECHAT_ORIGINAL_ID"]))
	l.envelope = w.env["PINGYI_WECHAT_ORIGINAL_ID"]
	if status, raw := in.send(t, l); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
		t.Errorf("a push to the made account: %d %q", status, raw)
	}
	if made() != first {
		t.Error("the second start made other values")
	}
	info, err := os.Stat(filepath.Join(w.dir, "data", "demo.env"))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the secret: %v %v", info.Mode(), err)
	}
}

func TestStop_finishesTheTurnInFlight(t *testing.T) {
	w := newMySQLWorld(t)
	in := w.serve()
	p := in.phone()
	p.scan("u:A03")
	p.say("55454")
	made, err := in.Make(p.who, simulator.Tap(link(t, p.last, "确认")))
	if err != nil {
		t.Fatal(err)
	}
	release := w.block(t)
	answer := make(chan simulator.Exchange, 1)
	go func() { answer <- deliver(t, in.Platform, made) }()
	eventually(t, "the rating waits for the record", func() bool { return w.waiting(t) })
	stopped := make(chan struct{})
	go func() { in.stop(); close(stopped) }()
	eventually(t, "the server takes nothing new", func() bool {
		res, err := http.Get(in.base + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err != nil
	})
	release()
	contains(t, (<-answer).Text, "回执：")
	<-stopped
	if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
		t.Errorf("%d ratings", n)
	}
}

func TestSecret_rotated_everyKeyIsWrappedAnewAndTheOldOneCanGo(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		a := w.serve()
		c := a.chat(t)
		receipt := c.rate("A03", "55454")
		confirmed := c.last
		c.on(c.complain("教育局", "匿名"), "登记编号：")
		a.stop()
		old := w.env["PINGYI_SECRET"]
		w.env["PINGYI_SECRET"], w.env["PINGYI_SECRET_PREVIOUS"] = "another secret of the tests, as long", old
		b := w.serve()
		eventually(t, "the keys are wrapped anew", func() bool { return strings.Contains(b.log.String(), "every key is wrapped by PINGYI_SECRET") })
		contains(t, b.log.String(), "wrapped_anew=4") // the tenant's, the persons', the proofs', the complaint's
		b.stop()
		delete(w.env, "PINGYI_SECRET_PREVIOUS")
		in := w.serve()
		c.p = in.Platform
		if again, err := in.Redeliver(t.Context(), confirmed); err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat under the new secret: %v\n%s", err, again.Plain)
		}
		c.on(c.say("查询"), receipt, "登记编号：")
		c.rates("市教育局", "11111")
		if u := in.scores()["A03"]; u.Ratings != 1 {
			t.Errorf("%d live ratings of one person", u.Ratings)
		}
		in.stop()
		w.env["PINGYI_SECRET"] = old // which opens nothing any more
		_, errs, code := w.command("serve")
		if code != exitUsage || !strings.Contains(errs, "PINGYI_SECRET") || strings.Contains(errs, old) {
			t.Errorf("serve with a secret that opens nothing: exit code %d\n%s", code, errs)
		}
	})
}
