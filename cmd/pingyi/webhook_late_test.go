package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/simulator"
)

// impatient is a platform that cuts after 4.5 s; the contract says four.
func (in *instance) impatient(t *testing.T) *simulator.Platform {
	t.Helper()
	p, err := simulator.NewPlatform(simulator.PlatformOptions{
		Target: in.base + "/wechat", TryTime: 4500 * time.Millisecond, Account: simulator.Account{
			AppID: testAppID, Token: testToken, AESKey: testAES, OriginalID: testGH,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// deliver sends a push made before and fails unless its first try is answered.
func deliver(t *testing.T, p *simulator.Platform, made simulator.Exchange) simulator.Exchange {
	t.Helper()
	e, err := p.Redeliver(t.Context(), made)
	if err != nil || len(e.Faults) > 0 || e.Tries != 1 {
		t.Errorf("push %q: %v, %d tries, %v", made.Act.Text, err, e.Tries, e.Faults)
	}
	return e
}

func TestLate_recordBlocked_shortTextInTimeWhichIsTheAnswerToEveryRepeat(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		t.Parallel()
		in := w.serve()
		other := in
		if w.env["PINGYI_REDIS"] != "" {
			other = w.serve()
		}
		rater, complainer := in.phone(), in.phone()
		rater.scan("u:A03")
		rater.say("55454")
		complainer.do(simulator.Follow())
		prepareComplaint(complainer)
		pushes := make([]simulator.Exchange, 2)
		for i, p := range []*phone{rater, complainer} {
			made, err := in.Make(p.who, simulator.Tap(link(t, p.last, "确认")))
			if err != nil {
				t.Fatal(err)
			}
			pushes[i] = made
		}
		release := w.block(t)
		// Each push at both servers at once: the repeat waits for the first.
		answers := make([]simulator.Exchange, 4)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = deliver(t, []*instance{in, other}[i%2].impatient(t), pushes[i/2]) })
		}
		wg.Wait()
		release()
		for i, a := range answers {
			contains(t, a.Text, "正在登记", "回复 查询")
			if strings.Contains(a.Text, "失败") || a.Plain != answers[i/2*2].Plain {
				t.Errorf("answer %d is\n%s\nthe other\n%s", i, a.Plain, answers[i/2*2].Plain)
			}
			if again := deliver(t, other.Platform, pushes[i/2]); again.Plain != a.Plain {
				t.Errorf("a repeat after the record is free is answered\n%s", again.Plain)
			}
		}
		// It stands or it does not; nothing stands twice, and 查询 tells.
		contains(t, rater.say("确认"), "回执：")
		contains(t, rater.say("查询"), "市教育局", "回执：")
		contains(t, complainer.say("确认"), "登记编号：")
		contains(t, complainer.say("查询"), "登记编号：")
		if n, m := w.count(t, "SELECT COUNT(*) FROM ratings"), w.count(t, "SELECT COUNT(*) FROM complaints"); n != 1 || m != 1 {
			t.Errorf("%d ratings and %d complaints, want one of each", n, m)
		}
		contains(t, w.must("recount"), "every tally equals")
	})
}

// prepareComplaint leads a phone to the summary of a complaint.
func prepareComplaint(p *phone) {
	p.t.Helper()
	p.say("投诉")
	p.say("市教育局")
	p.say("2")
	p.say("周三下午窗口没人。")
	p.say("完成")
	p.say("匿名")
	p.say("跳过")
}

// While the first delivery waits for the record, the repeat at another server
// waits too; when the record is free in time both have the receipt.
func TestLate_recordFreeInTime_repeatElsewhereGetsTheReceiptToo(t *testing.T) {
	t.Parallel()
	w := newMySQLWorld(t)
	a, b := w.serve(), w.serve()
	p := a.phone()
	p.scan("u:A03")
	p.say("55454")
	made, err := a.Make(p.who, simulator.Tap(link(t, p.last, "确认")))
	if err != nil {
		t.Fatal(err)
	}
	release := w.block(t)
	var answers [2]simulator.Exchange
	var wg sync.WaitGroup
	wg.Go(func() { answers[0] = deliver(t, a.impatient(t), made) })
	eventually(t, "the rating waits for the campaign's row", func() bool { return w.waiting(t) })
	wg.Go(func() { answers[1] = deliver(t, b.impatient(t), made) })
	later(t, 500*time.Millisecond) // the repeat is on its way; nothing shows it
	release()
	wg.Wait()
	contains(t, answers[0].Text, "回执：")
	if answers[0].Plain != answers[1].Plain {
		t.Errorf("the repeat is answered\n%s", answers[1].Plain)
	}
}

func TestRedis_flushedMidDialogue_receiptsAgainAndDraftsRestartKindly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.withRedis(t)
	in := w.serve()
	rated, amid, complaining := in.phone(), in.phone(), in.phone()
	rated.rate("A03", "15454")
	firsts := []simulator.Exchange{rated.last}
	rated.tap("等候太久")
	firsts = append(firsts, rated.last)
	rated.say("撤回 市教育局")
	contains(t, rated.tap("确认"), "已经撤回")
	firsts = append(firsts, rated.last)
	rated.rate("A03", "55454")
	firsts = append(firsts, rated.last)
	amid.scan("u:A01")
	amid.say("4")
	tap := simulator.Tap(link(t, amid.last, "满意"))
	complaining.do(simulator.Follow())
	contains(t, complaining.complain("教育局", "匿名"), "查询码：")
	firsts = append(firsts, complaining.last)
	r.flush()
	for _, first := range firsts {
		if again := deliver(t, in.Platform, first); again.Plain != first.Plain {
			t.Errorf("after the flush the repeat is answered\n%s\nfirst\n%s", again.Plain, first.Plain)
		}
	}
	contains(t, amid.do(tap), "没有改动", "再扫一次码")
	contains(t, amid.scan("u:A01"), "第1题")
	contains(t, rated.say("查询"), "市教育局", "已计入")
	contains(t, rated.rate("A03", "11111"), "-")
	if n := in.scores()["A03"].Ratings; n != 1 {
		t.Errorf("%d live ratings of one person", n)
	}
}

func TestRedis_killedAndBack_receiptsAgainNothingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.withRedis(t)
	in := w.serve()
	p := in.phone()
	p.rate("A03", "55454")
	confirmed := p.last
	p.scan("u:A01")
	p.say("44444")
	confirm, err := in.Make(p.who, simulator.Tap(link(t, p.last, "确认")))
	if err != nil {
		t.Fatal(err)
	}
	r.kill()
	var wg sync.WaitGroup
	wg.Go(func() {
		if again := deliver(t, in.impatient(t), confirmed); again.Plain != confirmed.Plain {
			t.Errorf("without Redis the repeat is answered\n%s\nfirst\n%s", again.Plain, confirmed.Plain)
		}
	})
	wg.Go(func() {
		e := deliver(t, in.impatient(t), confirm)
		if !strings.Contains(e.Text, "回复 查询") && !strings.Contains(e.Text, "回执：") {
			t.Errorf("without Redis a confirmation is answered\n%s", e.Text)
		}
	})
	wg.Wait()
	if status, _, body := in.get("/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(string(body), `"redis":"unavailable"`) {
		t.Errorf("/readyz without Redis: %d %s", status, body)
	}
	r.start()
	eventually(t, "the server is ready again", func() bool { status, _, _ := in.get("/readyz", ""); return status == http.StatusOK })
	contains(t, p.rate("A01", "55555"), "-")
	if n := in.scores()["A01"].Ratings; n != 1 {
		t.Errorf("%d live ratings", n)
	}
	contains(t, w.must("recount"), "every tally equals")
}
