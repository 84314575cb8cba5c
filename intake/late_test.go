package intake

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/models"
)

// slowRecord commits an effect, and says so only after the caller's time is up.
type slowRecord struct {
	*oneCitizen
	committed []byte
	looks     atomic.Int32
}

func (s *slowRecord) Do(ctx context.Context, _ *Turn, _ bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	answer, err := finish(bot.Result{Status: bot.Done, Receipt: "7K3M-Q9XA-2T4P-8WHC", Unit: "A03"})
	if err != nil {
		return bot.Result{}, nil, err
	}
	s.committed = answer
	<-ctx.Done()
	return bot.Result{}, nil, errors.New("unresolved")
}

func (s *slowRecord) Finished(context.Context, *Turn) ([]byte, error) {
	if s.looks.Add(1) < 3 {
		return nil, nil
	}
	return s.committed, nil
}

// letters keeps what was sent.
type letters chan [2]string

func (l letters) Send(_ context.Context, t *Turn, text string) error {
	l <- [2]string{t.Citizen, text}
	return nil
}

func TestLate_commitAfterTheBusyText_isSentOnce(t *testing.T) {
	d, o := newOneCitizen(t)
	slow, sent := &slowRecord{oneCitizen: o}, make(letters, 4)
	account := &Account{ID: "1", Tenant: "default", Channel: models.Social, Face: wholeFace{}, Late: sent}
	push := func(key, text string) Answer {
		t.Helper()
		in := bot.Input{Kind: bot.Text, Text: text, At: d.Now(), Now: d.Now()}
		in.Random[0] = key[0]
		ctx, cancel := context.WithTimeout(t.Context(), reserve+300*time.Millisecond)
		defer cancel()
		return d.Handle(ctx, Push{Account: account, Citizen: "7", Key: key, Input: in})
	}
	push("a", "市教育局")
	push("b", "5")
	d.Actions = slow
	busy := push("c", "7")
	if !strings.Contains(busy.Text, "查询") || strings.Contains(busy.Text, "回执：") {
		t.Fatalf("in time it says %q", busy.Text)
	}
	select {
	case m := <-sent:
		if m[0] != "7" || !strings.Contains(m[1], "回执：7K3M-Q9XA-2T4P-8WHC") {
			t.Fatalf("sent %q", m)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was sent")
	}
	if again := push("c", "7"); again != busy {
		t.Errorf("a repeat got %q, the first delivery %q", again.Text, busy.Text)
	}
	if d.late.Load() > 1 || len(sent) != 0 {
		t.Errorf("%d are waited for, %d were sent more", d.late.Load(), len(sent))
	}
}

// wholeFace shows everything at once.
type wholeFace struct{ lineFace }

func (wholeFace) Pages(m bot.Message) []string {
	return []string{strings.Join(lineFace{}.Pages(m), "\n")}
}

func (f wholeFace) Render(m bot.Message) string { return f.Pages(m)[0] }
