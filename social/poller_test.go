package social_test

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pingyi/internal/long"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/simulator"
	"pingyi/social"
)

func (o *town) comment(id, user int64, text string) simulator.WeiboPost {
	return simulator.WeiboPost{ID: id, User: user, At: o.clock.Now().Truncate(time.Second), Text: text}
}

func TestPoll_textsOfAllFeeds_eachCountsOnce(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "feeds")
	both := o.comment(10, 7, "@马鞍山发布 A01 满意")
	o.api.Post(simulator.WeiboToMe, both, o.comment(11, 8, "A01 不是很满意"))
	o.api.Post(simulator.WeiboMentions, both)
	o.api.Post(simulator.WeiboStatusMentions, o.comment(10, 9, "@马鞍山发布 #评议# A02 5"))
	for range 3 {
		o.must(o.poll())
		o.must(o.read())
		o.clock.add(time.Hour)
	}
	want := scoring.Tally{Unit: "A01", Received: 1}
	want.Add(models.Answers{4, 4, 4, 4, 4}, 1)
	if got := o.tally("A01"); got != want {
		t.Errorf("A01: %+v, want %+v", got, want)
	}
	if got := o.tally("A02"); got.Live != 1 || got.Counts[4][4] != 1 {
		t.Errorf("A02: %+v", got)
	}
	if got := o.reasons(); got[social.NoLevel] != 1 || len(got) != 1 {
		t.Errorf("listed %v", got)
	}
	o.sound()
}

func TestPoll_pushedMention_isTheOneOfTheFeed(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "pushed")
	post := o.comment(10, 7, "@马鞍山发布 A01 满意")
	text := social.Text{Kind: social.Comment, ID: 10, Text: post.Text, At: post.At, Author: social.Profile{UID: "7"}}
	o.must(o.poller().Pushed(t.Context(), text))
	o.must(o.read())
	o.api.Post(simulator.WeiboMentions, post)
	o.must(o.poll())
	o.must(o.read())
	o.must(o.poller().Pushed(t.Context(), text))
	o.must(o.read())
	if got := o.tally("A01"); got.Received != 1 || got.Live != 1 {
		t.Errorf("%+v", got)
	}
}

func TestPoll_olderThanTheCampaign_isNotRead(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "old")
	for i := range int64(1000) {
		o.api.Post(simulator.WeiboToMe, simulator.WeiboPost{ID: i + 1, User: i, At: opens.Add(time.Duration(i-1001) * time.Hour), Text: "A01 1"})
	}
	o.api.Post(simulator.WeiboToMe, o.comment(5000, 1, "A01 5"))
	o.must(o.poll())
	o.must(o.read())
	if got := o.tally("A01"); got.Received != 1 {
		t.Errorf("%+v", got)
	}
	if n := o.api.Answered(simulator.WeiboToMe); n != 1 {
		t.Errorf("%d calls for one page", n)
	}
}

func TestPoll_betweenCampaigns_costsNothing(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "between")
	for _, at := range []time.Time{opens.Add(-time.Hour), closes.Add(scoring.PublicGrace)} {
		o.clock.at = at
		o.must(o.poll())
		if n := o.api.Counted(at); n != 0 {
			t.Errorf("%d calls at %s", n, at)
		}
	}
}

func TestPoll_anotherServerPolls_doesNothing(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "lease")
	mine, err := db.Lease(t.Context(), o.account, "poll", [16]byte{1}, o.clock.Now(), o.clock.Now().Add(time.Minute))
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	o.must(o.poll())
	if n := o.api.Counted(o.clock.Now()); n != 0 {
		t.Errorf("%d calls", n)
	}
	o.clock.add(time.Minute)
	o.must(o.poll())
	if n := o.api.Counted(o.clock.Now()); n != 3 {
		t.Errorf("%d calls after the lease ended, want one a feed", n)
	}
}

func TestPoll_quietDay_spreadsTheBudget(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "quiet")
	o.clock.add(-12 * time.Hour) // midnight in Beijing
	day, last := o.clock.Now(), 0
	for range 24 * 60 {
		o.must(o.poll())
		if n := o.api.Counted(day); n > last {
			last = n
		}
		o.clock.add(time.Minute)
		if hours := int(o.clock.Now().Sub(day) / time.Hour); last > o.limits.Poll*(hours+2)/24+3 {
			t.Fatalf("%d calls are gone after %d hours", last, hours)
		}
	}
	if last < 60 || last > o.limits.Poll {
		t.Errorf("%d calls in a day", last)
	}
}

// The burst: more than a day's calls can fetch, with servers that end in the
// middle of whatever they do. The platform refuses what is over its quota, and
// such a refusal fails the test.
func TestPoll_burst_nothingSkippedNothingDoubled(t *testing.T) {
	db, w := openDB(t)
	o := newTown(t, db, w, "burst")
	burst := long.Count(1000, 5000)
	o.limits.Page = burst / 100
	posts := make([]simulator.WeiboPost, burst)
	for i := range posts {
		posts[i] = o.comment(int64(100+2*i), int64(i+1), fmt.Sprintf("A%02d %d", i%9+1, i%5+1))
	}
	o.api.Post(simulator.WeiboToMe, posts[:burst/2]...)
	for step, days := 0, 0; days < 4; step++ {
		o.killer.at(step%23+1, step%2 == 0)
		if err := o.poll(); err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if err := o.read(); err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if step == 3 { // while a sweep is under way
			o.api.Post(simulator.WeiboToMe, posts[burst/2:]...)
		}
		if n := o.api.Counted(o.clock.Now()); n > o.limits.Poll {
			t.Fatalf("%d calls in a day", n)
		}
		before := social.Day(o.clock.Now())
		o.clock.add(10 * time.Minute)
		if social.Day(o.clock.Now()) != before {
			days++
		}
	}
	o.killer.at(0, false)
	o.must(o.poll())
	o.must(o.read())
	var received, live int64
	for i := range 9 {
		y := o.tally(fmt.Sprintf("A%02d", i+1))
		received, live = received+y.Received, live+y.Live
	}
	if want := int64(burst); received != want || live != want {
		t.Errorf("%d received, %d live, want %d", received, live, burst)
	}
	if _, counted, err := db.Outcomes(t.Context(), o.account); err != nil || counted != int64(burst) {
		t.Errorf("%d readings, %v", counted, err)
	}
	o.sound()
}

// checks sets how many runs rapid makes, unless its flag says it.
func checks(t *testing.T, n int) {
	t.Helper()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if set {
		return
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", "100") }) // rapid's own
}

// Whatever is written and deleted when, and wherever servers end: after a quiet
// time every text that stands has counted once, and no other stands.
func TestPoll_killedAnywhere_losesAndDoublesNothing(t *testing.T) {
	checks(t, long.Count(12, 100))
	db, w := openDB(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		o := newTown(t, db, w, fmt.Sprintf("r%d", run))
		o.limits.Page = rapid.IntRange(2, 7).Draw(rt, "page")
		o.limits.Every, o.limits.Check = time.Minute, time.Hour
		standing, id := map[int64]bool{}, int64(0)
		for range rapid.IntRange(5, 18).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "kind") {
			case 0, 1:
				for range rapid.IntRange(1, 9).Draw(rt, "texts") {
					id += rapid.Int64Range(1, 3).Draw(rt, "gap")
					o.api.Post(simulator.WeiboToMe, o.comment(id, id, "A01 5"))
					standing[id] = true
				}
			case 2:
				if gone := rapid.Int64Range(0, id).Draw(rt, "gone"); standing[gone] {
					o.api.Delete(gone)
					delete(standing, gone)
				}
			default:
				o.killer.at(rapid.IntRange(0, 12).Draw(rt, "kill"), rapid.Bool().Draw(rt, "after"))
				_, err := o.poller().Reconcile(t.Context())
				for _, err := range []error{o.poll(), o.read(), err} {
					if err != nil && !errors.Is(err, errKilled) {
						rt.Fatal(err)
					}
				}
			}
			o.clock.add(time.Duration(rapid.IntRange(1, 200).Draw(rt, "minutes")) * time.Minute)
			if n := o.api.Counted(o.clock.Now()); n > o.limits.Poll+o.limits.Rest {
				rt.Fatalf("%d calls in a day", n)
			}
		}
		o.killer.at(0, false)
		o.limits.Page = 50 // a few calls a round, so that several fit into the days left
		for range 12 {
			o.clock.add(12 * time.Hour)
			o.must(o.poll())
			o.must(o.read())
			_, err := o.poller().Reconcile(t.Context())
			o.must(err)
		}
		if got := o.tally("A01"); got.Live != int64(len(standing)) || got.Received != got.Live+got.Withdrawn {
			rt.Fatalf("%d texts stand; %+v", len(standing), got)
		}
		o.sound()
	})
}
