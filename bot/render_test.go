package bot_test

import (
	"testing"

	"pingyi/bot/wechat"
	"pingyi/bot/weibo"
)

// TestAnswers_longest_areOnePageOnEachPlatform renders the longest answers with
// the platforms' own code: a passive answer has one page only.
func TestAnswers_longest_areOnePageOnEachPlatform(t *testing.T) {
	for name, m := range LongAnswers(t, true) {
		if n := len(wechat.RenderPages(m)); n != 1 {
			t.Errorf("WeChat, %s: %d pages", name, n)
		}
	}
	for name, m := range LongAnswers(t, false) {
		if n := len(weibo.Render(m, "")); n != 1 {
			t.Errorf("Weibo, %s: %d pages", name, n)
		}
	}
}
