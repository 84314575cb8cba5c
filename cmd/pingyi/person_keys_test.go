package main

import (
	"strings"
	"testing"

	"pingyi/simulator"
)

const personKeys = "SELECT COUNT(*) FROM wrapped_keys WHERE name LIKE 'person/%'"

// A look-up by somebody who never rated makes no key; the first rating does.
func TestPersonKey_madeByTheFirstRating_notByALookUp(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.chat(t)
		c.do(simulator.Follow())
		c.on(c.say("查询"), "还没有查到")
		c.on(c.say("撤回"), "没有可以撤回的评价")
		c.on(c.say("撤回 市教育局"), "要撤回您对")
		c.on(c.tap("确认"), "没有查到您对【市教育局】的评价")
		if n := w.count(t, personKeys); n != 0 {
			t.Fatalf("%d keys of persons after look-ups alone", n)
		}
		receipt := c.rates("市教育局", "55454")
		if n := w.count(t, personKeys); n != 1 {
			t.Fatalf("%d keys of persons after a rating", n)
		}
		c.on(c.say("查询"), receipt)
	})
}

// The key's row is deleted and the server started again. Nobody is counted a
// second time, everybody is told, a repeat still gets its first answer; once the
// row is back all goes on.
func TestPersonKey_deletedBeforeARestart_countsNobodyTwice(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.chat(t)
		c.do(simulator.Follow())
		receipt := c.rates("市教育局", "55454")
		confirmed := c.last
		in.stop()
		db := w.sql(t)
		for _, statement := range []string{
			"CREATE TABLE key_backup AS SELECT * FROM wrapped_keys WHERE name LIKE 'person/%'", "DELETE FROM wrapped_keys WHERE name LIKE 'person/%'",
		} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		in = w.serve()
		c.p = in.Platform
		if again, err := in.Redeliver(t.Context(), confirmed); err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat of the confirmation: %v\n%s", err, again.Plain)
		}
		refused := func(c *dialogue, shown string, parts ...string) {
			c.on(shown, parts...).without("回执：")
		}
		c.say("市教育局")
		c.say("11111")
		refused(c, c.tap("确认"), "这份评价没有记下", "不是您的原因", "请过一两天再扫一次码")
		told := c.last
		if again, err := in.Redeliver(t.Context(), told); err != nil || again.Plain != told.Plain {
			t.Errorf("a repeat of what was refused: %v\n%s", err, again.Plain)
		}
		other := in.chat(t)
		other.scan("u:A03")
		other.say("44444")
		refused(other, other.tap("确认"), "这份评价没有记下")
		refused(c, c.say("查询"), "可能列不全")
		c.say("撤回 市教育局")
		refused(c, c.tap("确认"), "没有办成")
		c.on(c.say("查询 "+receipt), "登记过")
		if s := in.scores()["A03"]; s.Ratings != 1 || s.Levels.L1 != 0 || s.Levels.L4 != 2 {
			t.Errorf("A03 is %s", asJSON(t, s))
		}
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 || w.count(t, personKeys) != 0 {
			t.Errorf("%d ratings, %d keys", n, w.count(t, personKeys))
		}
		eventually(t, "the operator is told", func() bool {
			log := in.log.String()
			return strings.Contains(log, "ratings are refused: the key of persons is gone") && strings.Contains(log, "a key of persons is lost")
		})
		if strings.Contains(in.log.String(), c.who.OpenID) || strings.Contains(in.log.String(), other.who.OpenID) {
			t.Error("an openid is in the log")
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO wrapped_keys SELECT * FROM key_backup"); err != nil {
			t.Fatal(err)
		}
		if changed := c.rates("市教育局", "33333"); changed == receipt {
			t.Error("a change has the receipt of the first rating")
		}
		if s := in.scores()["A03"]; s.Ratings != 1 || s.Levels.L3 != 5 {
			t.Errorf("after the key was restored A03 is %s", asJSON(t, s))
		}
		if _, err := db.ExecContext(t.Context(), "DROP TABLE key_backup"); err != nil {
			t.Fatal(err)
		}
		w.must("recount")
	})
}

// A public text of somebody who cannot be told from others is listed and answered,
// and not counted again.
func TestPersonKey_deletedBeforeARestart_publicTextsDoNotCountTwice(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.withOpinions()
		w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
		in := w.serve()
		f := in.follower()
		contains(t, f.mention("@马鞍山发布 市教育局 满意"), "已经记下")
		in.stop()
		if _, err := w.sql(t).ExecContext(t.Context(), "DELETE FROM wrapped_keys WHERE name LIKE 'person/%'"); err != nil {
			t.Fatal(err)
		}
		in = w.serve()
		again, other := in.follower(), in.follower()
		again.who.OpenID = f.who.OpenID
		// Who was thanked is told a second thing that day.
		contains(t, again.mention("@马鞍山发布 市公安局 不满意"), "【市公安局】的评价没有记下", "在这里回复 市公安局")
		other.say("市公安局")
		other.say("55555")
		contains(t, other.say("确认"), "没有记下")
		contains(t, w.must("social", "review", "--reason", "key_lost"), "市公安局 不满意")
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
			t.Errorf("%d ratings on the channel", n)
		}
		if out, errs, code := w.command("social", "lookup", "--campaign", "2017"); code == exitDone || !strings.Contains(errs, "is missing") {
			t.Errorf("accounts looked up without the key: %s %s", out, errs)
		}
	})
}
