package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pingyi/models"
)

// idOf is the id of the only key of a name.
func (w *world) idOf(name string) string {
	w.t.Helper()
	for line := range strings.Lines(w.must("apikey", "list")) {
		if parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(parts) == 10 && parts[8] == name {
			return parts[0]
		}
	}
	w.t.Fatalf("there is no key %s", name)
	return ""
}

// seen are the units that a key sees of the campaign 2017, in each form.
func (in *instance) seen(t *testing.T, key string) string {
	t.Helper()
	var codes []string
	for _, u := range in.scoresOf(t, "2017", key).Units {
		codes = append(codes, u.Code)
	}
	_, _, sheet := in.get("/api/v1/campaigns/2017/scores.csv?channel=mobile", key)
	var rows []string
	for i, line := range strings.Split(strings.TrimSpace(string(sheet)), "\n") {
		if code, _, _ := strings.Cut(line, ","); i > 0 {
			rows = append(rows, code)
		}
	}
	if !slices.Equal(codes, rows) {
		t.Errorf("JSON shows %v, CSV %v", codes, rows)
	}
	return strings.Join(codes, " ")
}

// A unit's key sees its own units, with the ranks that they have among all, and one
// that was made before keys were bound sees nothing until it is.
func TestUnitKey_seesItsUnitsAlone_andNothingBeforeItIsBound(t *testing.T) {
	in := closedCampaign(t, "11111")
	w := in.w
	for _, role := range []models.Role{models.RoleUnitLeader, models.RoleUnitHandler} {
		name := string(role)
		key := w.keyOf(role) // as every key of an older release
		if got := in.seen(t, key); got != "" {
			t.Errorf("a %s that is bound to nothing sees %s", name, got)
		}
		if _, _, body := in.get("/api/v1/campaigns", key); string(body) != `{"campaigns":[],"next":null}`+"\n" {
			t.Errorf("a %s that is bound to nothing sees %s", name, body)
		}
		w.must("apikey", "bind", "--id", w.idOf(name), "--unit", "c01")
		if got := in.seen(t, key); got != "C01" {
			t.Errorf("a %s of C01 sees %q", name, got)
		}
		if u := in.scoresOf(t, "2017", key).Units[0]; u.Ratings != 11 || u.Rank == nil || *u.Rank != 1 {
			t.Errorf("C01 is %s", asJSON(t, u))
		}
		if _, _, body := in.get("/api/v1/campaigns", key); !strings.Contains(string(body), `"id":"2017"`) {
			t.Errorf("a bound %s sees no campaign: %s", name, body)
		}
		w.must("apikey", "bind", "--id", w.idOf(name), "--unit", "A01", "--unit", "C02")
		if got := in.seen(t, key); got != "A01 C02" {
			t.Errorf("bound anew a %s sees %q", name, got)
		}
		// What is hidden in a class stays hidden from whoever sees one unit of it.
		if u := in.scoresOf(t, "2017", key).Units[0]; u.ShrunkMean != nil {
			t.Errorf("A01 is %s", asJSON(t, u))
		}
		w.must("apikey", "bind", "--id", w.idOf(name), "--campaign", "2017")
		if got := in.seen(t, key); got != "A01 C02" {
			t.Errorf("bound to a campaign as well a %s sees %q", name, got)
		}
	}
	reader := w.keyOf(models.RoleReader)
	if got := in.seen(t, reader); got != "A01 A02 C01 C02" {
		t.Errorf("a reader sees %q", got)
	}
}

func TestUnitKey_beforeTheClose_isToldSealed(t *testing.T) {
	in := newWorld(t).serve()
	key := in.w.keyOf(models.RoleUnitLeader)
	wantProblem(t, in, "/api/v1/campaigns/2017/scores?channel=mobile", key, http.StatusForbidden, "scores_sealed")
	in.w.must("apikey", "bind", "--id", in.w.idOf("unit-leader"), "--unit", "A03")
	wantProblem(t, in, "/api/v1/campaigns/2017/scores?channel=mobile", key, http.StatusForbidden, "scores_sealed")
	wantProblem(t, in, "/api/v1/campaigns/1999/scores?channel=mobile", key, http.StatusNotFound, "unknown_campaign")
}

// An office key that is bound reaches its units and its campaign in every list.
func TestBoundKey_reachesItsUnitsAndCampaign_inEveryList(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		campaignOf(t, in, "2018", "2020-01-01", "2099-12-31")
		in.phone().rate("A03", "55555")
		for _, unit := range []string{"教育局", "公安局"} {
			c := in.follows(t)
			c.on(c.complain(unit, "匿名"), "登记编号：")
		}
		key := strings.TrimSpace(w.must("apikey", "create", "--name", "bound", "--role", "office", "--unit", "a03", "--campaign", "2017"))
		if u := in.scoresOf(t, "2017", key).Units; len(u) != 1 || u[0].Code != "A03" || u[0].Ratings != 1 {
			t.Errorf("scores: %s", asJSON(t, u))
		}
		wantProblem(t, in, "/api/v1/campaigns/2018/scores?channel=mobile", key, http.StatusNotFound, "unknown_campaign")
		wantProblem(t, in, "/api/v1/campaigns/2018/poll-results", key, http.StatusNotFound, "unknown_campaign")
		for path, want := range map[string]string{"/api/v1/campaigns": `"id":`, "/api/v1/complaints": `"no":`} {
			_, _, body := in.get(path, key)
			if n := strings.Count(string(body), want); n != 1 {
				t.Errorf("%s: %d rows\n%s", path, n, body)
			}
			if _, _, body = in.get(path, in.key); strings.Count(string(body), want) != 2 {
				t.Errorf("the office's %s: %s", path, body)
			}
		}
		if _, _, body := in.get("/api/v1/complaints", key); !strings.Contains(string(body), `"unit":"A03"`) {
			t.Errorf("complaints: %s", body)
		}
		// Page by page as well.
		if _, _, body := in.get("/api/v1/complaints?limit=1", key); !strings.Contains(string(body), `"next":null`) {
			t.Errorf("a page of complaints: %s", body)
		}
	})
}

func TestAPIKey_withAnEnd_isRefusedFromThenOn(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		today := time.Now().In(shanghai())
		for _, over := range []string{today.AddDate(0, 0, -1).Format(time.DateOnly), "2020-01-01T00:00:00Z", "soon"} {
			if out, errs, code := w.command("apikey", "create", "--name", "x", "--role", "reader", "--until", over); code != exitUsage || out != "" || !strings.Contains(errs, "--until") {
				t.Errorf("until %s: exit code %d, %q, %s", over, code, out, errs)
			}
		}
		key := strings.TrimSpace(w.must("apikey", "create", "--name", "short", "--role", "reader", "--until", today.Format(time.DateOnly)))
		if status, _, _ := in.get("/api/v1/campaigns", key); status != http.StatusOK {
			t.Errorf("on its last day: %d", status)
		}
		ends := time.Now().Add(2 * time.Second)
		w.must("apikey", "bind", "--id", w.idOf("short"), "--until", ends.UTC().Format(time.RFC3339Nano))
		eventually(t, "the key has ended", func() bool {
			status, _, _ := in.get("/api/v1/campaigns", key)
			return status == http.StatusUnauthorized
		})
		if time.Now().Before(ends.Truncate(time.Millisecond)) {
			t.Error("it ended before its time")
		}
		if list := w.must("apikey", "list"); !regexp.MustCompile(`\tended\t.*\tshort\t`).MatchString(list) {
			t.Errorf("the list is\n%s", list)
		}
	})
}

// A key ends by the time in use: a machine whose clock is hours off ends it neither
// late nor early.
func TestAPIKey_onAServerWithAWrongClock_endsByTheDatabasesTime(t *testing.T) {
	w := newMySQLWorld(t)
	set := w.moved()
	w.serve().stop() // makes the database
	ends := time.Now().Add(time.Hour)
	for name, until := range map[string]time.Time{"lasting": ends, "short": time.Now().Add(2 * time.Second)} {
		w.must("apikey", "create", "--name", name, "--role", "reader", "--until", "2099-12-31")
		w.must("apikey", "bind", "--id", w.idOf(name), "--until", until.UTC().Format(time.RFC3339Nano))
	}
	for _, off := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		set(off)
		in := w.serve()
		key := strings.TrimSpace(w.must("apikey", "create", "--name", off.String(), "--role", "reader", "--until", "2099-12-31"))
		status := func() int {
			status, _, _ := in.get("/api/v1/campaigns", key)
			return status
		}
		w.must("apikey", "bind", "--id", w.idOf(off.String()), "--until", ends.UTC().Format(time.RFC3339Nano))
		if got := status(); got != http.StatusOK {
			t.Errorf("%v off: an hour before its end a key gets %d", off, got)
		}
		w.must("apikey", "bind", "--id", w.idOf(off.String()), "--until", time.Now().Add(time.Second).UTC().Format(time.RFC3339Nano))
		eventually(t, "the key has ended", func() bool { return status() == http.StatusUnauthorized })
		in.stop()
	}
}

// What a bound key enters of polls replaces its own units' results alone, and it sees
// nothing of a record that has none of them.
func TestBoundKey_pollResults_replacesAndSeesItsUnitsAlone(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		owner := w.keyOf(models.RoleChannelOwner)
		bound := strings.TrimSpace(w.must("apikey", "create", "--name", "bound", "--role", "channel-owner", "--unit", "A03"))
		const path = "/api/v1/campaigns/2017/poll-results"
		enter := func(key, title, replaces string, units ...string) (int, string) {
			rows := make([]string, len(units))
			for i, u := range units {
				rows[i] = `{"unit":"` + u + `","votes":[1,0,0,0,0]}`
			}
			status, raw := in.enterPoll(t, path, key, `{"title":"`+title+`","signer":"某某","evidence":"档案","replaces":"`+replaces+`","results":[`+strings.Join(rows, ",")+`]}`)
			var entered struct{ ID, Code string }
			if err := json.Unmarshal([]byte(raw), &entered); err != nil {
				t.Fatal(err)
			}
			return status, entered.ID + entered.Code
		}
		_, both := enter(owner, "两个单位", "", "A03", "A05")
		_, foreign := enter(owner, "别的单位", "", "A05")
		_, own := enter(owner, "本单位", "", "A03")
		for replaced, want := range map[string]int{both: http.StatusForbidden, foreign: http.StatusForbidden, own: http.StatusCreated} {
			if status, got := enter(bound, "更正", replaced, "A03"); status != want || want == http.StatusForbidden && got != "unit_out_of_scope" {
				t.Errorf("a bound key replaces %s: %d %s, want %d", replaced, status, got, want)
			}
		}
		if status, _ := enter(owner, "更正", both, "A03"); status != http.StatusCreated {
			t.Errorf("an unbound key replaces: %d", status)
		}
		_, _, list := in.get(path, bound)
		contains(t, string(list), "两个单位", "本单位", "更正")
		if strings.Contains(string(list), "别的单位") || strings.Contains(string(list), "A05") {
			t.Errorf("a bound key sees results of others:\n%s", list)
		}
	})
}

func TestBoundKey_stateOfTheWeiboAccount_isRefused(t *testing.T) {
	w := newWorld(t)
	w.withOpinions()
	in := w.serve()
	for i, bound := range [][]string{{"--unit", "A03"}, {"--campaign", "2017"}} {
		key := strings.TrimSpace(w.must(append([]string{"apikey", "create", "--role", "auditor", "--name", "bound" + strconv.Itoa(i)}, bound...)...))
		wantProblem(t, in, "/api/v1/social/status", key, http.StatusForbidden, "unit_out_of_scope")
	}
	if status, _, body := in.get("/api/v1/social/status", w.keyOf(models.RoleAuditor)); status != http.StatusOK {
		t.Errorf("an unbound key gets %d %s", status, body)
	}
}

func TestAPIKeyList_showsUseEndAndWhatIsReached(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		plain := w.keyOf(models.RoleReader)
		w.must("apikey", "create", "--name", "bound", "--role", "unit-leader", "--unit", "A05", "--unit", "a03", "--campaign", "2017", "--until", "2099-12-31")
		_, errs, code := w.command("apikey", "create", "--name", "unbound", "--role", "unit-handler")
		if code != exitDone || !strings.Contains(errs, "pingyi apikey bind --id "+w.idOf("unbound")) {
			t.Errorf("exit code %d\n%s", code, errs)
		}
		line := func(name string) []string {
			for line := range strings.Lines(w.must("apikey", "list")) {
				if parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(parts) == 10 && parts[8] == name {
					return parts
				}
			}
			return nil
		}
		if got := line("reader"); len(got) != 10 || got[1] != "reader" || got[2] != "active" || strings.Join(got[4:8], " ") != "- - * *" {
			t.Errorf("a key that was never used: %q", got)
		}
		if got := line("bound"); len(got) != 10 || strings.Join(got[4:8], " ") != "- 2099-12-31T16:00:00Z 2017 A03,A05" {
			t.Errorf("a bound key: %q", got)
		}
		if got := line("unbound"); len(got) != 10 || got[2] != "unbound" || strings.Join(got[4:8], " ") != "- - - -" {
			t.Errorf("a key that is bound to nothing: %q", got)
		}
		begun := time.Now().UTC().Truncate(time.Hour)
		for range 3 {
			in.get("/api/v1/campaigns", plain)
		}
		used, err := time.Parse(time.RFC3339, line("reader")[4])
		if err != nil || used.Before(begun) || used.After(time.Now()) || !used.Equal(used.Truncate(time.Hour)) {
			t.Errorf("last used %v, %v", used, err)
		}
	})
}

func TestAPIKeyBind_wrongUse_isToldAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.must("migrate")
	w.must("units", "import", w.file("units.csv", string(sampleUnits())))
	w.keyOf(models.RoleUnitLeader)
	id, before := w.idOf("unit-leader"), w.must("apikey", "list")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "--id", []string{"apikey", "bind", "--unit", "A03"}},
		{exitUsage, "--unit", []string{"apikey", "bind", "--id", id}},
		{exitFailed, "no key", []string{"apikey", "bind", "--id", "00", "--unit", "A03"}},
		{exitFailed, `"Z99"`, []string{"apikey", "bind", "--id", id, "--unit", "A03", "--unit", "Z99"}},
		{exitFailed, `"1999"`, []string{"apikey", "bind", "--id", id, "--campaign", "1999"}},
		{exitUsage, "--until", []string{"apikey", "bind", "--id", id, "--until", "2020-01-01"}},
		{exitFailed, `"Z99"`, []string{"apikey", "create", "--name", "x", "--role", "reader", "--unit", "Z99"}},
	} {
		if out, errs, code := w.command(c.args...); code != c.code || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %q, %s", c.args, code, out, errs)
		}
	}
	if after := w.must("apikey", "list"); after != before {
		t.Errorf("the list was\n%sand is\n%s", before, after)
	}
}

// The description says what a key reaches.
func TestOpenAPI_saysWhatAKeyReaches(t *testing.T) {
	in := newWorld(t).serve()
	_, _, body := in.get("/api/v1/openapi.json", "")
	var doc struct {
		Info struct{ Description string }
	}
	if err := json.Unmarshal(body, &doc); err != nil || !strings.Contains(doc.Info.Description, "unit-handler reaches nothing until it is bound") {
		t.Errorf("%v: %s", err, doc.Info.Description)
	}
}
