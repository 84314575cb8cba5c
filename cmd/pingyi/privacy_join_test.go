package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/simulator"
)

// namesOf are the names in Redis of a WeChat citizen's session, as this release and
// the one before make them.
func (w *world) namesOf(t *testing.T, openID string) (now, before string) {
	t.Helper()
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.NewRing(wrapper, w.open()).Tenant(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	name := func(id models.ID) string { return "s{" + base64.RawURLEncoding.EncodeToString(id[:14]) + "}" }
	return name(keys.CitizenName(testAppID, openID)), name(keys.Citizen(testAppID, openID))
}

// Who rates and complains in one minute, on either platform, leaves nothing by which
// the rows of one could be joined with those of the other, nor with Redis.
func TestPrivacy_ratingAndComplaintOfOneMinute_cannotBeJoined(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.withOpinions()
		w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
		r := w.withRedis(t)
		in := w.serve()
		c, f := in.chat(t), in.follower()
		f.do(simulator.Follow())
		c.rate("A03", "11111")
		c.on(c.complain("教育局", "匿名"), "登记编号：")
		f.rate("A01", "22222")
		for _, words := range []string{"投诉", "市教育局", "2", "周三下午窗口没人，等了两个小时", "完成", "匿名", "跳过"} {
			f.say(words)
		}
		contains(t, f.say("确认"), "登记编号：")
		contains(t, f.mention("@马鞍山发布 市公安局 满意"), "已经记下")
		until(t, "the public text counts", func() bool { return w.count(t, "SELECT COUNT(*) FROM public_ratings") == 1 })
		w.wantHours(t)
		all := w.everyValue(t)
		wantNoneShared(t, all)
		wantNoMarkOfComplaints(t, all)
		for _, key := range r.keys() {
			wantNoID(t, key, all)
		}
		in.stop()
		sums(t, w)
	})
}

// hourly are the columns that have the full hours of something whose exact time could
// be that of a rating.
var hourly = []struct{ table, column, where string }{
	{"complaints", "platform_at", "1=1"},
	{"complaints", "received_at", "1=1"},
	{"complaint_events", "happened_at", "1=1"},
	{"effects", "recorded_at", "kind = 'complaint'"},
	{"identities", "seen_at", "1=1"},
}

func (w *world) wantHours(t *testing.T) {
	t.Helper()
	for _, h := range hourly {
		n := w.count(t, fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s", h.table, h.where))
		full := w.count(t, fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s AND %s LIKE '%%:00:00%%'", h.table, h.where, h.column))
		if n == 0 || n != full {
			t.Errorf("of %d times in %s.%s %d are full hours", n, h.table, h.column, full)
		}
	}
}

// wantNoneShared fails where a rating's row and a complaint's row have a value in
// common that is not a word of the register.
func wantNoneShared(t *testing.T, all map[string][][]byte) {
	t.Helper()
	words := []string{".tenant", ".campaign", ".channel", ".account", ".unit", ".counted_unit", ".kind", ".state"}
	of := map[string]string{}
	for at, values := range all {
		table, column, _ := strings.Cut(at, ".")
		if !strings.HasPrefix(table, "rating") && table != "ratings" || strings.Contains(strings.Join(words, " ")+" ", "."+column+" ") {
			continue
		}
		for _, v := range values {
			if len(v) > 3 {
				of[string(v)] = at
			}
		}
	}
	if len(of) == 0 {
		t.Error("no rating was looked at")
	}
	for at, values := range all {
		if !strings.HasPrefix(at, "complaint") {
			continue
		}
		for _, v := range values {
			if rating, shared := of[string(v)]; shared && !strings.HasSuffix(at, "campaign") {
				t.Errorf("%s and %s have %q in common", at, rating, v)
			}
		}
	}
}

// wantNoMarkOfComplaints fails where a table that has exact times, or leads to one, has
// an id or a hash in common with a complaint. Those that may have one know hours alone.
func wantNoMarkOfComplaints(t *testing.T, all map[string][][]byte) {
	t.Helper()
	may := map[string]bool{"identities": true, "filing_quotas": true, "effects": true, "effect_answers": true}
	const shortest = 16 // an id or a hash
	marks := map[string]string{}
	for at, values := range all {
		if !strings.HasPrefix(at, "complaint") || strings.HasSuffix(at, "_at") || strings.HasSuffix(at, ".account") {
			continue
		}
		for _, v := range values {
			if len(v) >= shortest {
				marks[string(v)] = at
			}
		}
	}
	looked := map[string]bool{}
	for at, values := range all {
		table, _, _ := strings.Cut(at, ".")
		looked[table] = looked[table] || len(values) > 0
		if strings.HasPrefix(at, "complaint") || may[table] {
			continue
		}
		for _, v := range values {
			if of, shared := marks[string(v)]; shared {
				t.Errorf("%s and %s have %x in common", at, of, v)
			}
		}
	}
	for _, table := range []string{"complaint_links", "followers", "social_items", "social_answers", "public_ratings", "rating_provenances"} {
		if !looked[table] {
			t.Errorf("%s is empty: nothing was looked at", table)
		}
	}
}

// wantNoID fails where a key of Redis is made of an id in the database.
func wantNoID(t *testing.T, key string, all map[string][][]byte) {
	t.Helper()
	for _, part := range strings.FieldsFunc(key[1:], func(r rune) bool { return r == '{' || r == '}' }) {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || len(raw) < 8 {
			t.Errorf("key %q: %v", key, err)
			continue
		}
		for at, values := range all {
			for _, v := range values {
				if bytes.HasPrefix(v, raw[:8]) {
					t.Errorf("the key %q of Redis begins as a value of %s", key, at)
				}
			}
		}
	}
}

// A dialogue that a server of the release before left goes on under its new name, and
// that server finds nothing any more that it could confirm.
func TestNames_sessionOfTheReleaseBefore_goesOnUnderItsNewName(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		r := w.withRedis(t)
		in := w.serve()
		c := in.chat(t)
		c.scan("u:A03")
		c.on(c.say("55445"), "请核对")
		confirm := link(t, c.last, "确认")
		now, before := w.namesOf(t, c.who.OpenID)
		in.stop()
		client := r.client()
		defer func() { _ = client.Close() }()
		if err := client.Rename(t.Context(), now, before).Err(); err != nil {
			t.Fatal(err)
		}
		c = &dialogue{t, &phone{t: t, p: w.serve().Platform, who: c.who}}
		c.on(c.send(confirm), "回执：")
		if n := client.Exists(t.Context(), before).Val(); n != 0 {
			t.Error("the session is left under its old name")
		}
		if n := client.Exists(t.Context(), now).Val(); n != 1 {
			t.Error("the session is not under its new name")
		}
		c.on(c.say("确认"), "没有重复计入")
		// What lies under the old name does not count beside a session of the new one.
		if err := client.Copy(t.Context(), now, before, 0, false).Err(); err != nil {
			t.Fatal(err)
		}
		c.scan("u:A01")
		c.on(c.say("44444"), "市发展和改革委员会")
		c.do(simulator.Unfollow())
		if n := client.Exists(t.Context(), before).Val(); n != 0 {
			t.Error("who left has a session under its old name")
		}
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
			t.Errorf("%d ratings", n)
		}
	})
}
