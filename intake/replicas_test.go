package intake

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow/rating"
	"pingyi/models"
)

// record keeps what was rated and the answer that is committed with it, which a
// later call of finish does not change.
type record struct {
	*oneCitizen
	rated     []models.Answers
	committed map[models.ID][]byte
}

func (r *record) Do(_ context.Context, t *Turn, a bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	if rate, ok := a.(rating.Rate); ok {
		r.rated = append(r.rated, rate.Answers)
	}
	done := bot.Result{Status: bot.Done, Receipt: "7K3M-Q9XA-2T4P-8WHC", Unit: "A03"}
	replacing := done
	replacing.Before = true
	var answer []byte
	for i, result := range []bot.Result{replacing, done, replacing} {
		made, err := finish(result)
		if err != nil {
			return bot.Result{}, nil, err
		}
		if i == 0 {
			answer = made
		}
	}
	r.committed[t.PushID] = answer
	return replacing, nil, nil
}

func (r *record) Finished(_ context.Context, t *Turn) ([]byte, error) {
	return r.committed[t.PushID], nil
}

// saying makes pushes of one citizen to any desk.
func saying(t *testing.T) func(d *Desk, key, text string) Answer {
	account := &Account{ID: "1", Tenant: "default", Channel: models.Mobile, Face: wholeFace{}}
	return func(d *Desk, key, text string) Answer {
		t.Helper()
		in := bot.Input{Kind: bot.Text, Text: text, At: d.Now(), Now: d.Now()}
		in.Random[0] = key[0]
		return d.Handle(t.Context(), Push{Account: account, Citizen: "7", Key: key, Input: in})
	}
}

// What a replica remembers of a dialogue decides nothing: 确认 confirms the
// summary that was shown last, by whichever replica.
func TestEffect_dialogueMovedOnByAnotherReplica_confirmsWhatWasShownLast(t *testing.T) {
	one, o := newOneCitizen(t)
	r := &record{oneCitizen: o, committed: map[models.ID][]byte{}}
	one.Actions = r
	other := NewDesk(one.Options)
	say := saying(t)
	say(one, "a", "市教育局")
	say(one, "b", "5")
	say(other, "c", "修改")
	say(other, "d", "1")
	shown := say(other, "e", "2")
	say(one, "f", "确认")
	if len(r.rated) != 1 || len(r.rated[0]) != 1 || r.rated[0][0] != 2 {
		t.Fatalf("rated %v after\n%s", r.rated, shown.Text)
	}
}

// The answer that is committed and the one that is sent are the same to the
// second, so a repeat that only the record knows gets the first answer.
func TestEffect_clockRunsOn_repeatFromTheRecordIsTheFirstAnswer(t *testing.T) {
	d, o := newOneCitizen(t)
	now := d.Now()
	options := d.Options
	options.Now = func() time.Time { now = now.Add(400 * time.Millisecond); return now }
	r := &record{oneCitizen: o, committed: map[models.ID][]byte{}}
	options.Actions = r
	d = NewDesk(options)
	say := saying(t)
	say(d, "a", "市教育局")
	say(d, "b", "5")
	first := say(d, "c", "确认")
	if len(r.committed) != 1 {
		t.Fatalf("not confirmed: %q", first.Text)
	}
	o.session, o.answers = nil, map[models.ID][]byte{} // Redis was lost
	if again := say(NewDesk(options), "c", "确认"); again != first {
		t.Errorf("a repeat got %d %q, the first delivery %d %q", again.At, again.Text, first.At, first.Text)
	}
}

// lostReply commits, and hears nothing of it.
type lostReply struct{ *record }

func (l lostReply) Do(ctx context.Context, t *Turn, a bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	if _, _, err := l.record.Do(ctx, t, a, finish); err != nil {
		return bot.Result{}, nil, err
	}
	return bot.Result{}, nil, errors.New("unresolved")
}

// What is committed by the end of the time is told at once, not later.
func TestBusy_committedAfterAll_isTheReceipt(t *testing.T) {
	d, o := newOneCitizen(t)
	d.Actions = lostReply{&record{oneCitizen: o, committed: map[models.ID][]byte{}}}
	say := saying(t)
	say(d, "a", "市教育局")
	say(d, "b", "5")
	if a := say(d, "c", "确认"); !strings.Contains(a.Text, "回执：7K3M-Q9XA-2T4P-8WHC") {
		t.Errorf("it says %q", a.Text)
	}
}
