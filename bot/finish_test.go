package bot_test

import (
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/flow/records"
)

// TestFinish_everyStatus_isToldAndSaysWhatNext: what a host may answer to each
// action, and whether the draft is still there after it.
func TestFinish_everyStatus_isToldAndSaysWhatNext(t *testing.T) {
	rating := []string{"（扫码 u:A03）", "55445"}
	complaint := []string{"投诉 教育局", "其他", "慢", "完成", "匿名", "跳过"}
	withdrawal := []string{"撤回 教育局"}
	for name, c := range map[string]struct {
		before []string
		last   string
		result bot.Result
		says   string
		kept   bool // the draft is still open
	}{
		"rating counted":          {rating, "确认", bot.Result{Receipt: "7K3M-Q9XA-2T4P-8WHC"}, "\n回执：7K3M-Q9XA-2T4P-8WHC\n", false},
		"rating replaced":         {rating, "确认", bot.Result{Receipt: "7K3M-Q9XA-2T4P-8WHC", Before: true}, "原来那份不再计入", false},
		"rating done before":      {rating, "确认", bot.Result{Status: bot.AlreadyDone, Receipt: "7K3M-Q9XA-2T4P-8WHC"}, "已经提交过了", false},
		"rating too late":         {rating, "确认", bot.Result{Status: bot.TooLate}, "没有收进来：评议到2017年11月30日", false},
		"rating too early":        {rating, "确认", bot.Result{Status: bot.TooEarly}, "2017年4月1日开放", false},
		"rating of nobody known":  {rating, "确认", bot.Result{Status: bot.Unlinked}, "没有记下：我们的系统出了问题", false},
		"rating of nothing":       {rating, "确认", bot.Result{Status: bot.NotFound}, "不在这次评议的名单里", false},
		"rating unresolved":       {rating, "确认", bot.Result{Status: bot.OverLimit}, "正在登记，请稍后回复 查询", true},
		"complaint filed":         {complaint, "确认", bot.Result{No: "20170510-0001", Code: "H4T9K2"}, "\n登记编号：20170510-0001\n查询码：H4T9K2\n", false},
		"complaint filed before":  {complaint, "确认", bot.Result{Status: bot.AlreadyDone, No: "20170510-0001"}, "\n登记编号：20170510-0001\n", false},
		"complaint over limit":    {complaint, "确认", bot.Result{Status: bot.OverLimit}, "还替您留着", true},
		"complaint unresolved":    {complaint, "确认", bot.Result{Status: bot.NotFound}, "正在登记，请稍后回复 查询", true},
		"withdrawn":               {withdrawal, "确认", bot.Result{}, "已经撤回您对【市教育局】的评价", false},
		"withdrawn before":        {withdrawal, "确认", bot.Result{Status: bot.AlreadyDone}, "已经撤回了", false},
		"nothing to withdraw":     {withdrawal, "确认", bot.Result{Status: bot.NotFound}, "没有查到您对【市教育局】的评价", false},
		"withdrawn too late":      {withdrawal, "确认", bot.Result{Status: bot.TooLate}, "不能再撤回了", false},
		"withdrawal of nobody":    {withdrawal, "确认", bot.Result{Status: bot.Unlinked}, "没有办成：我们的系统出了问题", false},
		"records of nobody":       {nil, "查询", bot.Result{Found: records.Found{Unlinked: true}}, "可能列不全", false},
		"to withdraw, of nobody":  {nil, "撤回", bot.Result{Found: records.Found{Unlinked: true}}, "可能列不全", false},
		"withdrawal unresolved":   {withdrawal, "确认", bot.Result{Status: bot.OverLimit}, "正在登记", true},
		"ticket tried too often":  {nil, "查询 20170510-0001 AAAA", bot.Result{Status: bot.OverLimit}, "请明天再试", false},
		"ticket of nobody":        {nil, "查询 20170510-0001 AAAA", bot.Result{Status: bot.NotFound}, "没有查到", false},
		"ticket with wrong code":  {nil, "查询 20170510-0001 AAAA", bot.Result{Status: bot.WrongCode}, "没有查到", false},
		"ticket of unknown state": {nil, "查询 20170510-0001 AAAA", bot.Result{Found: records.Found{Tickets: []records.Ticket{{No: "20170510-0001", Kind: "new", State: "new"}}}}, "正在处理", false},
		"receipt of another":      {nil, "查询 7K3M-Q9XA-2T4P-8WHC", bot.Result{}, "这份评价登记过", false},
		"receipt counted":         {nil, "查询 7K3M-Q9XA-2T4P-8WHC", bot.Result{Found: records.Found{Ratings: []records.MyRating{{State: records.Live}}}}, "已经计入", false},
		"receipt replaced":        {nil, "查询 7K3M-Q9XA-2T4P-8WHC", bot.Result{Found: records.Found{Ratings: []records.MyRating{{State: records.Superseded}}}}, "没有计入：您后来重新评过", false},
		"receipt excluded":        {nil, "查询 7K3M-Q9XA-2T4P-8WHC", bot.Result{Found: records.Found{Ratings: []records.MyRating{{State: records.Excluded}}}}, "没有计入", false},
	} {
		d := newDialogue(newTestEngine(t), true)
		mustSay(t, d, c.before...)
		in := bot.Input{Kind: bot.Text, Text: c.last, At: testNow, Now: testNow}
		s, out := d.e.Advance(d.w, d.s, in)
		if out.Action == nil {
			t.Errorf("%s: no action, but %s", name, shown(out.Say, true))
			continue
		}
		next, m := d.e.Finish(d.w, s, in, out.Action, c.result)
		_, again := d.e.Finish(d.w, s, in, out.Action, c.result)
		text := shown(m, true)
		if !strings.Contains(text, c.says) || !strings.Contains(text[strings.LastIndexByte(text, '\n')+1:], "「") {
			t.Errorf("%s: %s", name, text)
		}
		if text != shown(again, true) {
			t.Errorf("%s: a second Finish says %s", name, shown(again, true))
		}
		if open := d.e.FlowOfStep(next.Step) != nil; open != c.kept {
			t.Errorf("%s: the draft is open: %v", name, open)
		}
		if strings.Contains(text, "满意") || strings.Contains(text, "失败") {
			t.Errorf("%s: %s", name, text)
		}
	}
}
