package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pingyi/service/keys"
)

// A demo on the configuration of production would open a simulator on the real
// campaign, and its key would go on to answer there.
func TestDemo_onADatabaseOfProduction_isRefusedByEveryCommand(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.production(t)
		w.must("migrate")
		if kind := w.text(t, "SELECT kind FROM installation"); kind != "production" {
			t.Fatalf("the row says %q", kind)
		}
		w.refusesDemo(t)
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		w.must("campaign", "create", "--profile", w.cityProfile(), "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
		w.refusesDemo(t)
		// An older release left no row: the campaigns tell.
		w.exec(t, "DELETE FROM installation")
		w.refusesDemo(t)
		w.must("campaign", "approve", "--id", "2017", "--by", "市纠风办")
		w.refusesDemo(t)
		w.exec(t, "DELETE FROM installation")
		w.refusesDemo(t)
		w.serve().stop()
		if kind := w.text(t, "SELECT kind FROM installation"); kind != "production" {
			t.Errorf("after a start the row says %q", kind)
		}
	})
}

// refusesDemo tries the demo's commands on the database of production, which must
// stay as it is.
func (w *world) refusesDemo(t *testing.T) {
	t.Helper()
	before := w.everyValue(t)
	w.env["PINGYI_ENV"] = "demo"
	defer func() { w.env["PINGYI_ENV"] = "production" }()
	for _, args := range [][]string{
		{"serve"}, {"serve", "--migrate"}, {"migrate"}, {"scores", "--campaign", "2017", "--channel", "mobile"}, {"units", "list"},
		{"apikey", "create", "--name", "x", "--role", "office"}, {"simulate"}, {"recount"},
	} {
		out, errs, code := w.command(args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, "PINGYI_DATABASE is a production installation's") {
			t.Errorf("demo %v: exit code %d, stdout %q, stderr %q", args, code, out, errs)
		}
	}
	if after := w.everyValue(t); asJSON(t, after) != asJSON(t, before) {
		t.Error("a demo that was refused changed the database")
	}
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	db := w.sql(t)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// A demo's database, also of an older release, serves demos on and nothing else.
func TestProduction_onADatabaseOfADemo_isRefused(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		in.phone().rate("A03", "55555")
		in.stop()
		if kind := w.text(t, "SELECT kind FROM installation"); kind != "demo" {
			t.Fatalf("the row says %q", kind)
		}
		for range 2 {
			w.production(t)
			for _, args := range [][]string{{"serve"}, {"migrate"}, {"scores", "--campaign", "2017", "--channel", "mobile"}} {
				if _, errs, code := w.command(args...); code != exitUsage || !strings.Contains(errs, "PINGYI_DATABASE is a demo's") {
					t.Errorf("production %v: exit code %d\n%s", args, code, errs)
				}
			}
			w.exec(t, "DROP TABLE installation") // as an older release left it
			w.exec(t, "DELETE FROM goose_db_version WHERE version_id=65")
			w.env["PINGYI_ENV"], w.env["PINGYI_PUBLIC_URL"] = "demo", ""
			again := w.serve()
			if u := again.scores()["A03"]; u.Ratings != 1 {
				t.Errorf("%d ratings", u.Ratings)
			}
			again.stop()
		}
	})
}

// Where an older release was once started as a demo on a production database, the
// demo's key is still in it.
func TestDemoKey_inProduction_opensNothing(t *testing.T) {
	w := newWorld(t)
	w.production(t)
	w.must("migrate")
	in := w.serve()
	stored := strings.TrimSpace(w.must("apikey", "create", "--name", "demo", "--role", "office"))
	w.exec(t, "UPDATE api_keys SET hash=? WHERE name='demo'", keys.Hash(in.key))
	if status, _, _ := in.get("/api/v1/campaigns", in.key); status != http.StatusUnauthorized {
		t.Errorf("the demo's key: %d", status)
	}
	w.exec(t, "UPDATE api_keys SET hash=? WHERE name='demo'", keys.Hash(stored))
	if status, _, _ := in.get("/api/v1/campaigns", stored); status != http.StatusOK {
		t.Errorf("the key of that row: %d", status)
	}
	in.stop()
	w.env["PINGYI_SECRET_PREVIOUS"], w.env["PINGYI_SECRET"] = w.env["PINGYI_SECRET"], testSecret+" anew"
	old := in.key
	in = w.serve()
	w.exec(t, "UPDATE api_keys SET hash=? WHERE name='demo'", keys.Hash(old))
	if status, _, _ := in.get("/api/v1/campaigns", old); status != http.StatusUnauthorized {
		t.Errorf("the key of the previous secret's demo: %d", status)
	}
}

// What only reads, or changes what is there, makes no database and no folder.
func TestCommands_withoutADatabase_nameItAndMakeNone(t *testing.T) {
	for _, env := range []string{"demo", "production"} {
		w := newWorld(t)
		if env == "production" {
			w.production(t)
		}
		file := filepath.Join(w.dir, "nowhere", "pingyi.db")
		w.env["PINGYI_DATABASE"] = "sqlite:" + file
		commands := [][]string{
			{"scores", "--campaign", "2017", "--channel", "mobile"}, {"recount"}, {"recount", "--repair"}, {"units", "list"}, {"apikey", "list"},
			{"apikey", "revoke", "--id", "x"}, {"campaign", "list"}, {"campaign", "approve", "--id", "2017", "--by", "x"}, {"scenes", "list"},
			{"social", "status"}, {"social", "review"}, {"social", "figures", "--campaign", "2017"}, {"poll-results", "list", "--campaign", "2017"},
			{"backup", w.dir + "/copy.db"}, {"simulate"},
		}
		if env == "production" {
			commands = append(commands, []string{"serve"}, []string{"units", "import", w.file("units.csv", string(sampleUnits()))},
				[]string{"apikey", "create", "--name", "x", "--role", "office"})
		}
		for _, args := range commands {
			out, errs, code := w.command(args...)
			if code != exitFailed || out != "" || !strings.Contains(errs, file) {
				t.Errorf("%s %v: exit code %d, stdout %q, stderr %q", env, args, code, out, errs)
			}
			for _, made := range []string{filepath.Dir(file), w.dir + "/data", w.dir + "/copy.db"} {
				if _, err := os.Stat(made); err == nil {
					t.Fatalf("%s %v made %s", env, args, made)
				}
			}
		}
		w.must("version")
	}
}

// A reading command makes no tables in an empty database either, and no tenant.
func TestReading_anEmptyDatabase_makesNothing(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.oneUser(t)
		if file, ok := strings.CutPrefix(w.env["PINGYI_DATABASE"], "sqlite:"); ok {
			w.file(filepath.Base(file), "")
		}
		for _, args := range [][]string{{"units", "list"}, {"scores", "--campaign", "2017", "--channel", "mobile"}, {"apikey", "list"}} {
			if out, errs, code := w.command(args...); code != exitFailed || out != "" || !strings.Contains(errs, "empty") {
				t.Errorf("%v: exit code %d, %q, %q", args, code, out, errs)
			}
		}
		if all := w.everyValue(t); len(all) > 0 {
			t.Errorf("%d columns were made", len(all))
		}
		w.must("migrate")
		if out, errs, code := w.command("units", "list", "--tenant", "nobody"); code != exitUsage || out != "" || !strings.Contains(errs, "pingyi tenant create nobody") {
			t.Errorf("exit code %d, %q, %q", code, out, errs)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM tenants WHERE tenant='nobody'"); n != 0 {
			t.Error("a command that reads began a tenant")
		}
	})
}

func TestDemo_beyondThisMachine_needsToBeMeant(t *testing.T) {
	w := newWorld(t)
	w.env["PINGYI_ADDR"] = "0.0.0.0:0"
	if _, errs, code := w.command("serve"); code != exitUsage || !strings.Contains(errs, "PINGYI_DEMO_PUBLIC=1") || !strings.Contains(errs, "PINGYI_ADDR") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	w.env["PINGYI_DEMO_PUBLIC"] = "1"
	in := w.serve()
	if status, _, _ := in.get("/simulator", ""); status != http.StatusOK {
		t.Errorf("/simulator: %d", status)
	}
}

// Another site's page cannot use the simulator by the browser of whoever tries it.
func TestSimulator_usedByAnotherSite_isRefused(t *testing.T) {
	in := newWorld(t).serve()
	ask := func(method, path, host, origin string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, in.base+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := ask("POST", "/simulator/api/citizens", "", in.base); got != http.StatusCreated {
		t.Errorf("the page itself: %d", got)
	}
	for _, path := range []string{"/simulator", "/simulator/", "/simulator/api/wall", "/simulator/api/history", "/simulator/static/simulator.html"} {
		if got := ask("GET", path, "rebound.example", ""); got != http.StatusForbidden {
			t.Errorf("%s under another name: %d", path, got)
		}
	}
	for _, path := range []string{"/simulator/api/citizens", "/simulator/api/say", "/simulator/api/scan", "/simulator/api/redeliver"} {
		if got := ask("POST", path, "", "https://evil.example"); got != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, got)
		}
		if got := ask("POST", path, "rebound.example", "http://rebound.example"); got != http.StatusForbidden {
			t.Errorf("%s under another name: %d", path, got)
		}
	}
}

func TestSecretFile_thatEverybodyReads_isWarnedOf(t *testing.T) {
	w := newWorld(t)
	secret := w.env["PINGYI_SECRET"]
	delete(w.env, "PINGYI_SECRET")
	w.env["PINGYI_SECRET_FILE"] = w.file("secret", secret)
	w.must("migrate")
	if _, errs, _ := w.command("units", "list"); strings.Contains(errs, "chmod 600") {
		t.Errorf("a file of its owner's alone: %s", errs)
	}
	if err := os.Chmod(w.env["PINGYI_SECRET_FILE"], 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, code := w.command("units", "list")
	if code != exitDone || !strings.Contains(errs, "chmod 600") || !strings.Contains(errs, w.env["PINGYI_SECRET_FILE"]) || strings.Contains(errs, secret) {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	delete(w.env, "PINGYI_SECRET_FILE")
	w.env["PINGYI_CONFIG"] = w.file("pingyi.yaml", "secret_file: "+filepath.Join(w.dir, "secret")+"\n")
	if _, errs, _ = w.command("units", "list"); !strings.Contains(errs, "chmod 600") {
		t.Errorf("a file that the YAML names: %s", errs)
	}
}
