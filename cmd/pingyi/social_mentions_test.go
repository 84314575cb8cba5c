package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/simulator"
)

// mention writes something in public that names the account, and returns what the
// writer is told.
func (f *follower) mention(text string) string {
	f.t.Helper()
	return f.do(simulator.Mention("status", text))
}

func TestMention_notExactlyARating_isToldHowOnceADay(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		api := w.withOpinions()
		w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
		api.Post(simulator.WeiboToMe, simulator.WeiboPost{ID: 11, User: 2001, At: time.Now(), Text: "只是路过"})
		in := w.serve()
		f := in.follower()
		told := f.mention("@马鞍山发布 教育局 不是很满意")
		contains(t, told, "没有计成评价", "例如：", "满意", "回复 投诉")
		for range 2 { // the platform's further tries
			if again, err := f.p.Redeliver(t.Context(), f.last); err != nil || again.Raw != f.last.Raw || len(again.Faults) > 0 {
				t.Errorf("a repeat is answered %q, %v", again.Raw, err)
			}
		}
		if more := f.mention("@马鞍山发布 办事真慢"); more != "" || f.last.Raw != "" {
			t.Errorf("a second one that day is answered %q", f.last.Raw)
		}
		// What it was told is right: written so, it counts.
		thanks := f.mention("@马鞍山发布 " + wantBetween(t, told, "例如：", "。"))
		contains(t, thanks, "已经记下", "回复 查询")
		contains(t, f.say("查询"), "已计入")
		if more := f.mention("@马鞍山发布 市公安局 非常满意"); more != "" {
			t.Errorf("a second thanks that day: %q", more)
		}
		until(t, "both ratings count", func() bool {
			s, _ := in.scoreOf(models.Social, "A05")
			return s.Ratings == 1
		})
		if strings.Contains(in.log.String(), f.who.OpenID) || strings.Contains(in.log.String(), "不是很满意") {
			t.Error("the log holds a uid or a text")
		}
		until(t, "the polled text is listed", func() bool { return strings.Contains(w.must("social", "review"), "只是路过") })
		if n := len(api.Sent()); n != 0 {
			t.Errorf("%d messages were sent by customer service", n)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM social_answers"); n != 2 {
			t.Errorf("%d texts were answered, want the two of the mentions", n)
		}
		contains(t, w.must("recount"), "every tally equals")
	})
}

func TestMention_ofAUnitThatWasRatedByMessage_isToldThatThisStands(t *testing.T) {
	w := newWorld(t)
	w.withOpinions()
	w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
	f := w.serve().follower()
	f.rate("A03", "55555")
	contains(t, f.mention("@马鞍山发布 市教育局 不满意"), "【市教育局】", "以那一份为准")
}

func TestMention_onTwoServersAtOnce_equalAnswersAndOneRating(t *testing.T) {
	w := newMySQLWorld(t)
	w.withOpinions()
	w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
	a, b := w.serve(), w.serve()
	answered := 0
	for range 8 {
		answered += a.follower().mentionAtOnce(t, a.weibo(), b.weibo(), "@马鞍山发布 市教育局 满意")
		answered += a.follower().mentionAtOnce(t, a.weibo(), b.weibo(), "@马鞍山发布 教育局 还行")
	}
	if answered == 0 {
		t.Error("nobody was answered")
	}
	until(t, "the ratings count once each", func() bool {
		s, _ := a.scoreOf(models.Social, "A03")
		return s.Ratings == 8
	})
	contains(t, w.must("recount"), "every tally equals")
}

// mentionAtOnce delivers one mention four times at once on two servers and says
// how many were answered. A server that had not the time answers nothing; whoever
// is told something is told the same.
func (f *follower) mentionAtOnce(t *testing.T, a, b *simulator.WeiboPlatform, text string) (answered int) {
	t.Helper()
	made, err := f.p.Make(t.Context(), f.who, simulator.Mention("comment", text))
	if err != nil {
		t.Fatal(err)
	}
	var raw [4]string
	var group sync.WaitGroup
	for i := range raw {
		group.Go(func() {
			e, err := []*simulator.WeiboPlatform{a, b}[i%2].Redeliver(t.Context(), made)
			if err != nil || len(e.Faults) > 0 {
				t.Errorf("delivery %d: %v %v", i, err, e.Faults)
			}
			raw[i] = e.Raw
		})
	}
	group.Wait()
	first := ""
	for _, r := range raw {
		if r == "" {
			continue
		}
		answered++
		if first == "" {
			first = r
		}
		if r != first {
			t.Errorf("answered\n%s\nand\n%s", r, first)
		}
	}
	return answered
}

// Before the platform said what the account is called, mentions are kept and not
// read in haste.
func TestMention_nameNotKnown_isKeptAndNotAnswered(t *testing.T) {
	w := newWorld(t)
	w.withOpinions()
	w.env["PINGYI_WEIBO_API"] = "http://127.0.0.1:1"
	f := w.serve().follower()
	if told := f.mention("@马鞍山发布 市教育局 满意"); told != "" || f.last.Raw != "" {
		t.Errorf("it is told %q", told)
	}
	if n := w.count(t, "SELECT COUNT(*) FROM social_items"); n != 1 {
		t.Errorf("%d texts are kept", n)
	}
}

// wantBetween is what stands between two words.
func wantBetween(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	got, _, closed := strings.Cut(rest, after)
	if !ok || !closed {
		t.Fatalf("nothing between %q and %q in\n%s", before, after, text)
	}
	return got
}
