package bot_test

import (
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/models"
)

// sayAt plays a text that the platform dated otherwise than now.
func sayAt(t *testing.T, d *dialogue, text string, at time.Time) string {
	t.Helper()
	now := d.h.now
	defer func() { d.h.now = now }()
	d.h.now = at
	m, err := d.text(text)
	if err != nil {
		t.Fatal(err)
	}
	return shown(m, true)
}

func TestConfirm_olderThanTheDraft_changesNothingAndShowsWhatIsOpen(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		open   string // of what the answer shows again
		effect func(h *fakeHost) int
	}{
		"rating":     {[]string{"教育局", "55445"}, "请核对", func(h *fakeHost) int { return len(h.rates) }},
		"complaint":  {[]string{"投诉 教育局", "其他", "慢", "完成", "匿名", "跳过"}, "请核对", func(h *fakeHost) int { return len(h.files) }},
		"withdrawal": {[]string{"评议 公安局", "55445", "确认", "撤回 公安局"}, "要撤回", func(h *fakeHost) int { return len(h.withdraw) }},
	} {
		d := newDialogue(newTestEngine(t), true)
		mustSay(t, d, c.before...)
		for _, early := range []time.Duration{time.Second, 5 * time.Minute, 24 * time.Hour} {
			if text := sayAt(t, d, "确认", testNow.Add(-early)); !strings.Contains(text, "没有算数") || !strings.Contains(text, c.open) || c.effect(d.h) != 0 {
				t.Errorf("%s, %s early: %d effects, %s", name, early, c.effect(d.h), text)
			}
		}
		// Within the platform's second nobody can say which came first.
		d.h.now = testNow
		if text := sayAt(t, d, "确认", testNow.Add(999*time.Millisecond)); c.effect(d.h) != 1 {
			t.Errorf("%s, in the same second: %d effects, %s", name, c.effect(d.h), text)
		}
	}
}

func TestConfirm_longAfterTheDraftBegan_hasItsEffect(t *testing.T) {
	for _, late := range []time.Duration{time.Second, 18 * time.Hour, 24 * time.Hour, 60 * 24 * time.Hour} {
		d := newDialogue(newTestEngine(t), true)
		mustSay(t, d, "教育局", "55445")
		d.h.now = testNow.Add(late)
		mustSay(t, d, "确认")
		if len(d.h.rates) != 1 {
			t.Errorf("%s after its draft began the confirmation has no effect", late)
		}
	}
}

func TestDraftID_tellsDraftsApart(t *testing.T) {
	one := bot.NewDraft(models.ID{1, 2, 3, 4}, testNow)
	if other := bot.NewDraft(models.ID{1, 2, 3, 4}, testNow.Add(time.Second)); other.ID == one.ID {
		t.Error("two drafts of two seconds have one id")
	}
	if other := bot.NewDraft(models.ID{1, 2, 4, 4}, testNow); other.ID == one.ID {
		t.Error("two drafts of one second have one id")
	}
	if none := bot.NewDraft(models.ID{}, time.Unix(0, 0)); none.ID.IsZero() {
		t.Error("a draft has the id of none")
	}
}
