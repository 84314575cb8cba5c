package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/simulator"
)

// tenantKeys opens the tenant's keys as a process that begins now.
func (w *world) tenantKeys(t *testing.T, db *database) *seal.Tenant {
	t.Helper()
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.NewRing(wrapper, db).Tenant(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// aged makes a sealing key as old as that.
func (w *world) aged(t *testing.T, db *database, number int, age time.Duration) {
	t.Helper()
	now, err := db.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.execute(t, "UPDATE wrapped_keys SET created_at = '"+now.Add(-age).Format("2006-01-02 15:04:05.000")+"' WHERE name = '"+models.SealingName(number)+"'")
}

// sealsNewest reports whether a server seals with the newest key that is in use.
func (in *instance) sealsNewest(t *testing.T, db *database) bool {
	t.Helper()
	f := in.follower()
	f.do(simulator.Follow())
	keys := in.w.tenantKeys(t, db)
	citizen := keys.Citizen(testUID, f.who.OpenID)
	row, err := db.Identity(t.Context(), "default", testUID, citizen)
	if err != nil {
		t.Fatal(err)
	}
	_, stale, err := keys.Citizens().Reseal(row.SealedID, citizen[:])
	if err != nil {
		t.Fatal(err)
	}
	return !stale
}

// openAnswers counts the finished answers, each of which has to open.
func (w *world) openAnswers(t *testing.T, keys *seal.Tenant) (n int) {
	t.Helper()
	rows, err := w.sql(t).QueryContext(t.Context(), "SELECT a.answer, e.push FROM effect_answers a JOIN effects e ON e.tenant = a.tenant AND e.id = a.id WHERE e.tenant = 'default'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for ; rows.Next(); n++ {
		var answer, push []byte
		if err = rows.Scan(&answer, &push); err != nil {
			t.Fatal(err)
		}
		if _, err = keys.Answers().Open(answer, push); err != nil {
			t.Errorf("a finished answer: %v", err)
		}
	}
	if err = rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// renewing is two servers on one database and, where the tests have one, one Redis.
func renewing(t *testing.T, w *world) (a, b *instance) {
	t.Helper()
	w.withOpinions()
	w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
	w.env["PINGYI_SECRET"] = testSecret + randomHex(t, 8)
	if url := os.Getenv("PINGYI_TEST_REDIS_URL"); url != "" {
		w.env["PINGYI_REDIS"] = url
		return w.serve(), w.serve()
	}
	a = w.serve()
	return a, a
}

// A renewal under two servers that go on: what was sealed before opens, on either, and
// who was known before is the same person.
func TestKeysRenew_twoServersGoOn_everythingBeforeOpens(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		a, b := renewing(t, w)
		db := w.open()
		c := a.follows(t)
		receipt := c.rates("市教育局", "55454")
		confirmed := c.last
		complains := a.follows(t)
		complains.on(complains.complain("教育局", "匿名"), "编号：")
		rater := a.follower()
		rater.rate("A01", "44444")
		contains(t, a.follower().mention("@马鞍山发布 市教育局 满意"), "已经记下")
		begun := a.follows(t)
		begun.say("市公安局")

		contains(t, w.must("keys", "renew", "--no-wait"), "default: the key sealing/1 is made", "pingyi keys renew --resume")
		if _, errs, code := w.command("keys", "renew"); code != exitFailed || !strings.Contains(errs, "--resume") {
			t.Errorf("renewed twice at once: exit code %d\n%s", code, errs)
		}
		contains(t, w.must("keys", "list"), "sealing/1\twaits\t", "sealing/0\tseals\t")
		before := w.tenantKeys(t, db)
		if !a.sealsNewest(t, db) {
			t.Error("a key that waits is sealed with")
		}
		w.aged(t, db, 1, seal.SealingDelay)
		for _, in := range []*instance{a, b} {
			eventually(t, "the server seals with the new key", func() bool { return in.sealsNewest(t, db) })
		}

		begun.p = b.Platform
		begun.on(begun.say("55555"), "请核对您对【市公安局】")
		begun.p = a.Platform
		begun.on(begun.tap("确认"), "回执：")
		if again, err := b.Redeliver(t.Context(), confirmed); err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat: %v\n%s", err, again.Plain)
		}
		w.aged(t, db, 1, seal.SealingDelay+30*time.Second-2*time.Second)
		out := w.must("keys", "renew", "--resume")
		contains(t, out, "identities: ", "complaint_links: 1 of 1 rows resealed, 0 do not open", "social_items: 1 of 1 rows resealed", "the tenant's own key, which cannot be ended")
		if strings.Contains(out, "identities: 0 of") {
			t.Errorf("no platform id was resealed\n%s", out)
		}
		contains(t, w.must("keys", "renew", "--resume"), "identities: 0 of", "complaint_links: 0 of 1", "social_items: 0 of 1")
		now := w.tenantKeys(t, db)
		if n := w.openAnswers(t, now); n < 4 {
			t.Errorf("%d finished answers", n)
		}
		if now.Citizen("x", "y") != before.Citizen("x", "y") || now.Push("x", "y") != before.Push("x", "y") {
			t.Error("hashes are others")
		}
		c.p = b.Platform
		if changed := c.rates("市教育局", "33333"); changed == receipt {
			t.Error("a change has the receipt of the first rating")
		}
		if s := a.scores()["A03"]; s.Ratings != 1 || s.Levels.L3 != 5 {
			t.Errorf("A03 is %s", asJSON(t, s))
		}
		contains(t, w.must("recount"), "rows have a right proof")
		w.must("social", "figures", "--campaign", "2017")
	})
}

// An older key is ended once nothing is left of what it sealed, and not before.
func TestKeysRenew_secondTime_endsTheFirstOnceNothingIsLeft(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		a, _ := renewing(t, w)
		db := w.open()
		if out, errs, code := w.command("keys", "renew", "--resume"); code != exitUsage {
			t.Errorf("nothing to resume: exit code %d\n%s%s", code, out, errs)
		}
		w.must("keys", "renew", "--no-wait")
		w.aged(t, db, 1, time.Hour)
		eventually(t, "the server seals with the first key", func() bool { return a.sealsNewest(t, db) })
		a.phone().rate("A03", "55555")
		w.must("keys", "renew", "--no-wait")
		w.aged(t, db, 2, seal.SealingDelay+30*time.Second)
		eventually(t, "the server seals with the second key", func() bool { return a.sealsNewest(t, db) })
		contains(t, w.must("keys", "renew", "--resume"), "sealing/1 still opens 1 finished answers")
		w.execute(t, "DELETE FROM effect_answers")
		contains(t, w.must("keys", "renew", "--resume"), "sealing/1 still opens sessions until")
		w.aged(t, db, 2, 25*time.Hour)
		contains(t, w.must("keys", "renew", "--resume"), "sealing/1 is ended")
		contains(t, w.must("keys", "list"), "sealing/2\tseals\t", "sealing/1\tended\t", "sealing/0\topens\t")
		if n := w.count(t, "SELECT COUNT(*) FROM wrapped_keys WHERE name = 'sealing/1' AND destroyed_at IS NOT NULL AND LENGTH(wrapped) = 0"); n != 1 {
			t.Error("the ended key is there")
		}
		a.phone().rate("A03", "44444")
		a.stop()
		again := w.serve()
		again.phone().rate("A03", "44444")
		contains(t, w.must("recount"), "3 rows have a right proof")
	})
}

// A row that no key opens is counted and left as it is, and no key is ended.
func TestKeysRenew_rowThatDoesNotOpen_isSaid(t *testing.T) {
	w := newWorld(t)
	a, _ := renewing(t, w)
	db := w.open()
	a.follower().do(simulator.Follow())
	w.must("keys", "renew", "--no-wait")
	w.aged(t, db, 1, time.Hour)
	w.execute(t, "UPDATE identities SET sealed_id = X'0102030405060708090A0B0C0D0E0F'", "INSERT INTO social_items (tenant,account,item,kind,feed,author,sealed,platform_at,fetched_at,seen_round,done)"+
		" VALUES ('default','1',X'01','status','f',X'02',X'03','2026-01-01 00:00:00.000','2026-01-01 00:00:00.000',1,1)")
	out, errs, code := w.command("keys", "renew", "--resume")
	if code != exitFailed || !strings.Contains(out, "identities: 0 of 1 rows resealed, 1 do not open") || !strings.Contains(errs, "2 rows open with no key") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}
