package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/social"
)

// Two names at one shell are one user of the operating system. Every row of an
// office's act says what entered it, and the commands say that names are not proven.
func TestActs_keepWhatEnteredThem_andSayThatNamesAreNotProven(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.withWeibo()
		in := w.serve()
		f := in.follower()
		receipt := f.rate("A03", "11111")
		shell := "shell:" + strconv.Itoa(os.Getuid()) + "("
		said := func(args ...string) string {
			t.Helper()
			_, errs, code := w.command(args...)
			if code != exitDone {
				t.Fatalf("%v: %d %s", args, code, errs)
			}
			return errs
		}
		unproven := func(errs string) {
			t.Helper()
			contains(t, errs, "Names are not proven", shell)
		}
		if got := w.text(t, "SELECT approved_via FROM campaigns"); !strings.HasPrefix(got, "server:"+strconv.Itoa(os.Getuid())+"(") {
			t.Errorf("the demo's campaign is approved via %q", got)
		}
		db := w.sql(t)
		change := func(statement string) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		change("UPDATE campaigns SET approved_at = NULL")
		unproven(said("campaign", "approve", "--id", "2017", "--by", "某某"))
		contains(t, said("campaign", "approve", "--id", "2017", "--by", "别人"), "approved before", "某某", shell)
		contains(t, w.must("campaign", "list"), "\t某某\t"+shell)

		for _, act := range []string{"exclude", "restore"} {
			unproven(said("social", act, "--campaign", "2017", "--receipt", receipt, "--by", "甲", "--approved-by", "乙"))
		}
		events := w.exclusions()
		if len(events) != 2 || !strings.HasPrefix(events[0].Via, shell) || !strings.HasPrefix(events[1].Via, shell) {
			t.Errorf("exclusions %+v", events)
		}
		change("UPDATE rating_exclusions SET via = NULL WHERE seq = 1")
		if events = w.exclusions(); events[0].Via != "unknown" {
			t.Errorf("of an earlier version: %+v", events[0])
		}
		wantPollsKeepVia(t, in, shell, unproven, said)
	})
}

func (w *world) exclusions() []social.ExclusionEvent {
	w.t.Helper()
	var f social.Figures
	if err := json.Unmarshal([]byte(w.must("social", "figures", "--campaign", "2017")), &f); err != nil {
		w.t.Fatal(err)
	}
	return f.Exclusions
}

// wantPollsKeepVia enters poll results at the shell and by a key, whose own row
// says what made it.
func wantPollsKeepVia(t *testing.T, in *instance, shell string, unproven func(string), said func(...string) string) {
	t.Helper()
	w := in.w
	file := w.file("poll.csv", "code,5,4,3,2,1\nA03,1,2,3,4,5\n")
	unproven(said("poll-results", "add", "--campaign", "2017", "--file", file, "--title", "投票", "--signer", "某某", "--evidence", "档案"))
	owner := w.keyOf(models.RoleChannelOwner)
	id := ""
	for line := range strings.Lines(w.must("apikey", "list")) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); cells[1] == string(models.RoleChannelOwner) {
			if id = cells[0]; !strings.HasPrefix(cells[len(cells)-1], shell) {
				t.Errorf("the key's line is %q", line)
			}
		}
	}
	enter := func(title string) string {
		body := `{"title":"` + title + `","signer":"某某","evidence":"档案","results":[{"unit":"A03","votes":[1,2,3,4,5]}]}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.base+"/api/v1/campaigns/2017/poll-results", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+owner)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		answer, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	contains(t, enter("别的投票"), `"via":"api:`+id+`"`)
	contains(t, enter("投票"), `"via":"`+shell) // what is there already stays as it was entered
	var list []social.PollResults
	if err := json.Unmarshal([]byte(w.must("poll-results", "list", "--campaign", "2017")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || !strings.HasPrefix(list[0].Via, shell) || list[1].Via != "api:"+id {
		t.Errorf("poll results %+v", list)
	}
	if strings.Contains(asJSON(t, list), owner) {
		t.Error("the list has the key")
	}
}
