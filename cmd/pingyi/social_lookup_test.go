package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/simulator"
	"pingyi/social"
)

// strangers rate a unit by private message; that they follow, if they do, was
// told before our time. They are known to the platform as given.
func (in *instance) strangers(api *simulator.WeiboAPI, unit string, users []simulator.WeiboUser) (uids []string) {
	in.w.t.Helper()
	for _, u := range users {
		f := in.follower()
		f.who.Following = true
		id, err := strconv.ParseInt(f.who.OpenID, 10, 64)
		if err != nil {
			in.w.t.Fatal(err)
		}
		u.ID = id
		api.SetUser(u)
		f.rate(unit, "55454")
		uids = append(uids, f.who.OpenID)
	}
	return uids
}

// tomorrow moves what is spent to another day, as if it had passed.
func (w *world) tomorrow(t *testing.T) {
	t.Helper()
	if _, err := w.sql(t).ExecContext(t.Context(), "UPDATE social_budgets SET day = '20000101'"); err != nil {
		t.Fatal(err)
	}
}

// lookup runs the command and fails where anything secret is printed.
func (w *world) lookup(t *testing.T, secrets []string) (out, errs string, code int) {
	t.Helper()
	out, errs, code = w.command("social", "lookup", "--campaign", "2017")
	for _, secret := range append(secrets, testWeiboToken) {
		if strings.Contains(out+errs, secret) {
			t.Errorf("the command prints a token or a uid")
		}
	}
	return out, errs, code
}

func TestLookup_moreAccountsThanCalls_neverPassesTheDaysBudget(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		api := w.withOpinions()
		token := w.env["PINGYI_WEIBO_ACCESS_TOKEN"]
		delete(w.env, "PINGYI_WEIBO_ACCESS_TOKEN") // the server polls nothing
		in := w.serve()
		old := time.Now().AddDate(-3, 0, 0)
		users := make([]simulator.WeiboUser, 30)
		for i := range users {
			users[i] = simulator.WeiboUser{CreatedAt: old}
		}
		users[3].VerifiedType, users[7].CreatedAt = 1, time.Now()
		uids := in.strangers(api, "A03", users)
		if _, errs, code := w.lookup(t, uids); code != exitUsage || !strings.Contains(errs, "PINGYI_WEIBO_ACCESS_TOKEN") {
			t.Errorf("without a token: exit code %d\n%s", code, errs)
		}
		w.env["PINGYI_WEIBO_ACCESS_TOKEN"] = token
		limit := social.DefaultLimits().Rest
		for i, want := range []string{"looked up 24, still unknown 6\n", "looked up 0, still unknown 6\n"} {
			out, errs, code := w.lookup(t, uids)
			if code != exitDone || out != want || api.Counted(time.Now()) != limit {
				t.Errorf("run %d: exit code %d, %q, %d calls\n%s", i, code, out, api.Counted(time.Now()), errs)
			}
		}
		contains(t, w.must("social", "status"), `"spent": 24`)
		w.tomorrow(t)
		if out, _, _ := w.lookup(t, uids); out != "looked up 6, still unknown 0\n" || api.Counted(time.Now()) != len(users) {
			t.Errorf("the next day: %q, %d calls", out, api.Counted(time.Now()))
		}
		if out, _, _ := w.lookup(t, uids); out != "looked up 0, still unknown 0\n" || api.Counted(time.Now()) != len(users) {
			t.Errorf("everything known: %q, %d calls", out, api.Counted(time.Now()))
		}
		contains(t, w.must("social", "exclude", "--campaign", "2017", "--by", "甲", "--approved-by", "乙"), "government\t1\n", "younger_than_campaign\t1\n")
		if u := w.figures()["A03"]; u.Raw.Ratings != 30 || u.Filtered.Ratings != 28 {
			t.Errorf("figures %+v", u)
		}
		for _, secret := range append(uids, token) {
			if strings.Contains(in.log.String(), secret) {
				t.Fatal("the server's log holds a token or a uid")
			}
		}
	})
}

// What the platform said before the day's calls ended is kept, and not asked for
// again.
func TestLookup_callsEndBetweenTwoQuestions_theFirstAnswerIsKept(t *testing.T) {
	w := newWorld(t)
	api := w.withOpinions()
	w.withoutDemoCampaign()
	profile, err := os.ReadFile("../../config/profiles/maanshan-2017.yaml")
	if err != nil {
		t.Fatal(err)
	}
	strict := strings.Replace(string(profile), "leave_out: {government: true, younger: true}", "leave_out: {government: true, younger: true, unverified: true}", 1)
	w.must("campaign", "create", "--profile", w.file("strict.yaml", strict), "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
	token := w.env["PINGYI_WEIBO_ACCESS_TOKEN"]
	delete(w.env, "PINGYI_WEIBO_ACCESS_TOKEN")
	in := w.serve()
	old := time.Now().AddDate(-30, 0, 0)
	uids := in.strangers(api, "A03", []simulator.WeiboUser{{CreatedAt: old, Follows: true}, {CreatedAt: old}})
	w.env["PINGYI_WEIBO_ACCESS_TOKEN"] = token
	if _, err := w.sql(t).ExecContext(t.Context(), "INSERT INTO social_budgets (tenant, account, day, pool, used) VALUES ('default', ?, ?, ?, 21)",
		testUID, social.Day(time.Now()), social.PoolRest); err != nil {
		t.Fatal(err)
	}
	if out, errs, _ := w.lookup(t, uids); out != "looked up 1, still unknown 1\n" || api.Counted(time.Now()) != 3 {
		t.Errorf("three calls for four questions: %q, %d calls\n%s", out, api.Counted(time.Now()), errs)
	}
	w.tomorrow(t)
	if out, errs, _ := w.lookup(t, uids); out != "looked up 1, still unknown 0\n" || api.Counted(time.Now()) != 4 {
		t.Errorf("the next day: %q, %d calls\n%s", out, api.Counted(time.Now()), errs)
	}
	contains(t, w.must("social", "exclude", "--campaign", "2017", "--by", "甲", "--approved-by", "乙"), "unverified_follower\t1\n")
	if s, _ := in.scoreOf(models.Social, "A03"); s.Ratings != 1 {
		t.Errorf("%d ratings", s.Ratings)
	}
}

func TestLookup_tokenRefused_failsAndNamesNothingSecret(t *testing.T) {
	w := newWorld(t)
	api := w.withOpinions()
	token := w.env["PINGYI_WEIBO_ACCESS_TOKEN"]
	delete(w.env, "PINGYI_WEIBO_ACCESS_TOKEN")
	uids := w.serve().strangers(api, "A03", []simulator.WeiboUser{{CreatedAt: time.Now()}})
	w.env["PINGYI_WEIBO_ACCESS_TOKEN"] = token
	api.SetExpiry(time.Now().Add(-time.Minute))
	out, errs, code := w.lookup(t, uids)
	if code != exitFailed || out != "" || !strings.Contains(errs, "21327") {
		t.Errorf("an expired token: exit code %d, %q\n%s", code, out, errs)
	}
	w.env["PINGYI_WEIBO_API"] = "http://127.0.0.1:1"
	if _, errs, code = w.lookup(t, uids); code != exitFailed || !strings.Contains(errs, "users/show") {
		t.Errorf("no platform: exit code %d\n%s", code, errs)
	}
}

// An account that was deleted is asked for once and holds nobody up.
func TestLookup_accountThatIsGone_isPassedOver(t *testing.T) {
	w := newWorld(t)
	api := w.withOpinions()
	token := w.env["PINGYI_WEIBO_ACCESS_TOKEN"]
	delete(w.env, "PINGYI_WEIBO_ACCESS_TOKEN")
	in := w.serve()
	for range 3 {
		gone := in.follower()
		gone.rate("A03", "55555")
	}
	uids := in.strangers(api, "A03", []simulator.WeiboUser{{CreatedAt: time.Now()}})
	w.env["PINGYI_WEIBO_ACCESS_TOKEN"] = token
	for i, want := range []string{"looked up 4, still unknown 0\n", "looked up 0, still unknown 0\n"} {
		if out, errs, _ := w.lookup(t, uids); out != want || api.Counted(time.Now()) != 4 {
			t.Errorf("run %d: %q, %d calls\n%s", i, out, api.Counted(time.Now()), errs)
		}
	}
	contains(t, w.must("social", "exclude", "--campaign", "2017", "--by", "甲", "--approved-by", "乙"), "government\t0\n", "younger_than_campaign\t1\n")
}
