package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	receiptLine = regexp.MustCompile(`(?m)^回执：([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$`)
	ticketLine  = regexp.MustCompile(`(?m)^登记编号：(\d{8}-\d{4,})$`)
	codeLine    = regexp.MustCompile(`(?m)^查询码：([0-9A-Z]{4,})$`)
)

// simulator drives the page. Each part has a window and units of its own, and
// fails on any error in the console and on any request that leaves the server.
func simulator(t *testing.T, chromium browser, s *server) {
	for _, part := range []struct {
		name string
		at   size
		run  func(t *testing.T, p *page, s *server)
	}{
		{"scanAndTaps_onAPhone_endInAReceiptAndAreCounted", phone, rateByTaps},
		{"complaint_onAPhone_endsInATicketThatCanBeLookedUp", phone, complain},
		{"threeCitizens_makeTheWorkedExample", desktop, workedExample},
		{"pushDeliveredAgain_getsTheFirstAnswerAndCountsOnce", desktop, deliverAgain},
		{"keyboardAlone_isEnoughToRate", desktop, keyboard},
		{"unfollow_endsTheChatAndLeavesTheOneRating", desktop, unfollow},
		{"weiboPhone_ratesForTheSocialChannelAlone", phone, weibo},
		{"weiboPhone_complainsWithNumbers", phone, weiboComplaint},
		{"reload_keepsTheCitizensAndTheirChats", phone, reload},
		{"serverGone_keepsWhatWasWritten", phone, serverGone},
		{"manyCitizens_whoHoldsThePhoneIsSeen", phone, manyCitizens},
		{"everyWidth_showsEverythingWithoutSidewaysScrolling", phone, widths},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open(t, chromium, s, part.at), s) })
	}
}

func rateByTaps(t *testing.T, p *page, s *server) {
	if got := eval[bool](p, `document.querySelector("#words").disabled`); !got {
		t.Error("somebody who follows no account can write to it")
	}
	p.click("#go-scan")
	first := p.scan("u:A03")
	p.wants(first, "您扫的是【市教育局】的评议码。", "第1题（共5题）", "隐私说明")
	for i, level := range []string{"满意", "非常满意", "基本满意", "未接触/不了解"} {
		p.wants(p.tap(level), fmt.Sprintf("第%d题（共5题）", i+2))
	}
	summary := p.tap("不满意")
	p.wants(summary, "请核对您对【市教育局】的评价：", "：满意", "：非常满意", "：基本满意", "：未接触/不了解", "：不满意")
	if strings.Contains(summary, "回执") || s.unit(t, "A03").Ratings != 0 {
		t.Error("it is counted before it is confirmed")
	}
	done := p.tap("确认")
	if !receiptLine.MatchString(done) {
		t.Errorf("no receipt in:\n%s", done)
	}
	for _, level := range []string{"非常满意", "基本满意", "：不满意"} {
		if strings.Contains(done, level) {
			t.Errorf("the receipt shows %q:\n%s", level, done)
		}
	}
	p.wants(done, "投诉")
	u := s.unit(t, "A03")
	if u.Ratings != 1 || fmt.Sprint(u.Levels) != "map[1:0 2:1 3:1 4:1 5:1]" || *u.Mean != "67.50" || *u.Points != "6.75" {
		t.Errorf("counted is %+v", u)
	}
	p.wants(p.menu("查询"), "【市教育局】评价", "已计入", receiptLine.FindStringSubmatch(done)[1])
}

// serverGone writes while the server cannot be reached, and again once it can.
func serverGone(_ *testing.T, p *page, _ *server) {
	p.click("#follow")
	p.await(`!document.querySelector("#words").disabled`, "the composer")
	p.do(chromedp.Evaluate[chromedp.Void](`window.reachable = window.fetch, window.fetch = () => Promise.reject(new TypeError("gone"))`))
	p.do(chromedp.SendKeys(chromedp.ID("words"), "市公安局\r"))
	p.await(`document.querySelector("#error").innerText.includes("再试一次")`, "what to do")
	p.await(`document.querySelector("#words").value === "市公安局"`, "what was written")
	p.do(chromedp.Evaluate[chromedp.Void](`window.fetch = window.reachable`))
	p.wants(p.say(""), "现在评的是【市公安局】")
}

// manyCitizens adds more of them than fit beside each other.
func manyCitizens(t *testing.T, p *page, _ *server) {
	const seen = `(() => {
		const list = document.querySelector("#people").getBoundingClientRect();
		const active = document.querySelector("#people [aria-pressed=true]").getBoundingClientRect();
		return active.left >= list.left - 1 && active.right <= list.right + 1;
	})()`
	for _, n := range []int{2, 3, 4, 5, 1} {
		p.citizen(n)
		if !eval[bool](p, seen) {
			t.Errorf("citizen %d of the phone is out of sight", n)
		}
	}
}

func complain(t *testing.T, p *page, s *server) {
	p.click("#follow")
	p.await(`!document.querySelector("#words").disabled`, "the composer")
	p.wants(p.menu("投诉"), "您要反映哪个单位", "隐私说明")
	p.wants(p.say("教育局"), "【市教育局】", "是哪一类问题")
	p.wants(p.tap("办事拖拉"), "请把经过发给我")
	p.wants(p.say("周三下午窗口没人，等了两个小时"), "收到")
	p.click("#more")
	p.wants(p.exchange(func() { p.click(`[data-act="picture"]`) }), "收到")
	p.wants(p.say("完成"), "匿名还是实名")
	p.wants(p.tap("匿名"), "联系方式")
	p.wants(p.tap("跳过"), "请核对您要反映的问题", "周三下午窗口没人", "照片1张", "匿名")
	if n := len(s.complaints(t)); n != 0 {
		t.Errorf("%d complaints before the confirmation", n)
	}
	done := p.tap("确认")
	no, code := ticketLine.FindStringSubmatch(done), codeLine.FindStringSubmatch(done)
	if no == nil || code == nil {
		t.Fatalf("no ticket in:\n%s", done)
	}
	list := s.complaints(t)
	if len(list) != 1 || list[0]["no"] != no[1] || list[0]["unit"] != "A03" || list[0]["kind"] != "delay" || list[0]["state"] != "received" {
		t.Errorf("the office sees %v", list)
	}
	if seen := fmt.Sprint(list); strings.Contains(seen, "窗口") {
		t.Errorf("the list shows what was written: %s", seen)
	}
	p.wants(p.menu("查询"), no[1], "【市教育局】")
	// From somebody else the number with its code is enough, the number alone is not.
	p.citizen(2)
	p.click("#follow")
	p.await(`!document.querySelector("#words").disabled`, "the composer")
	p.wants(p.say("查询 "+no[1]+" "+code[1]), "【市教育局】", "已登记")
	if got := p.say("查询 " + no[1] + " ZZZZZZ"); strings.Contains(got, "已登记") {
		t.Errorf("a wrong code shows the ticket:\n%s", got)
	}
}

// workedExample is that of the READMEs: three people rate one unit.
func workedExample(t *testing.T, p *page, s *server) {
	for i, digits := range []string{"55454", "30425", "14005"} {
		if i > 0 {
			p.citizen(i + 1)
		}
		p.scan("u:B01")
		p.wants(p.say(digits), "请核对您对")
		p.wants(p.tap("确认"), "回执：")
	}
	u := s.unit(t, "B01")
	if u.Ratings != 3 || *u.Mean != "76.33" || *u.Points != "7.63" || fmt.Sprint(u.Levels) != "map[1:1 2:1 3:1 4:4 5:5]" {
		t.Errorf("counted is %+v", u)
	}
	if got := *u.Satisfied; got != (satisfied{12, "0.75", "0.26", "0.96"}) {
		t.Errorf("satisfied is %+v", got)
	}
	p.citizen(2)
	p.wants(eval[string](p, `document.querySelector("#chat").innerText`), "30425")
	p.scan("u:B01")
	p.wants(p.say("55555"), "请核对您对")
	p.wants(p.tap("确认"), "回执：")
	if u = s.unit(t, "B01"); u.Ratings != 3 || *u.Mean != "88.67" || *u.Points != "8.87" {
		t.Errorf("after a change it is %+v", u)
	}
	if out := s.run(t, "recount"); !strings.Contains(out, "every tally equals") {
		t.Errorf("recount: %s", out)
	}
}

func deliverAgain(t *testing.T, p *page, s *server) {
	p.scan("u:A05")
	p.say("44444")
	done := p.tap("确认")
	// The inspector shows the last exchange as it was and as it was sent.
	shown := eval[string](p, `document.querySelector("#inspector").textContent`)
	p.wants(shown, "<MsgType><![CDATA[text]]></MsgType>", "确认 市公安局", "<Encrypt>", "msg_signature=", "HTTP 200", "安全模式", "✓ 答复合格",
		receiptLine.FindStringSubmatch(done)[1])
	p.exchange(func() { p.click(`#chat li:last-child .meta button:nth-of-type(1)`) })
	p.wants(eval[string](p, `document.querySelector("#chat li:last-child").innerText`), "答复与第一次完全相同")
	if u := s.unit(t, "A05"); u.Ratings != 1 || *u.Points != "8.00" {
		t.Errorf("counted is %+v", u)
	}
	p.click(`#chat li:first-child .meta button:nth-of-type(2), #chat li[data-entry] .meta button:nth-of-type(2)`)
	p.wants(eval[string](p, `document.querySelector("#inspector").textContent`), "<Event><![CDATA[subscribe]]></Event>", "qrscene_u:A05")
}

// keyboard rates with Tab, Enter and letters alone.
func keyboard(t *testing.T, p *page, s *server) {
	p.reach(`document.activeElement.id === "wall-search"`, "the search")
	p.do(chromedp.KeyEvent("市民政局"))
	p.await(`document.querySelectorAll("#wall-codes .code").length === 1`, "one code")
	p.reach(`document.activeElement.matches(".code")`, "the code")
	first := p.exchange(func() { p.do(chromedp.KeyEvent(kb.Enter)) })
	p.wants(first, "【市民政局】")
	p.reach(`document.activeElement.matches("#chat li:last-child .tap") && document.activeElement.textContent === "满意"`, "a level")
	p.wants(p.exchange(func() { p.do(chromedp.KeyEvent(kb.Enter)) }), "第2题")
	p.reach(`document.activeElement.id === "words"`, "the composer")
	p.wants(p.exchange(func() { p.do(chromedp.KeyEvent("45545" + kb.Enter)) }), "请核对")
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.reach(`document.activeElement.matches("#chat li:last-child .tap") && document.activeElement.textContent === "确认"`, "the confirmation")
	p.wants(p.exchange(func() { p.do(chromedp.KeyEvent(" ")) }), "回执：")
	for _, what := range []string{`#more`, `.menu button`, `#inspector summary`, `#person-add`, `#unfollow`} {
		p.reach(fmt.Sprintf("document.activeElement.matches(%q)", what), what)
	}
	if u := s.unit(t, "A06"); u.Ratings != 1 {
		t.Errorf("counted is %+v", u)
	}
}

func unfollow(t *testing.T, p *page, s *server) {
	p.scan("u:C01")
	p.say("55555")
	p.wants(p.tap("确认"), "回执：")
	p.exchange(func() { p.click("#unfollow") })
	p.await(`document.querySelector("#words").disabled && document.querySelector(".menu button").disabled`, "the end of the chat")
	if u := s.unit(t, "C01"); u.Ratings != 1 || *u.Points != "10.00" {
		t.Errorf("after the unfollow counted is %+v", u)
	}
	if !eval[bool](p, `document.querySelector("#welcome").checkVisibility()`) {
		t.Error("there is no way back")
	}
	// Whoever comes back is the same person: there is no second vote in it.
	p.exchange(func() { p.click("#follow") })
	p.scan("u:C01")
	p.say("44444")
	p.wants(p.tap("确认"), "回执：")
	if u := s.unit(t, "C01"); u.Ratings != 1 || *u.Points != "8.00" {
		t.Errorf("after coming back counted is %+v", u)
	}
}

func weibo(t *testing.T, p *page, s *server) {
	p.onWeibo()
	p.click("#go-scan")
	p.wants(p.scanNamed("市供水集团"), "第1题（共5题）", "5 非常满意")
	p.wants(p.say("55445"), "请核对您对", "确认")
	p.wants(p.say("确认"), "回执：")
	if u := s.unitOn(t, "social", "C02"); u.Ratings != 1 || *u.Points != "3.68" {
		t.Errorf("counted on Weibo is %+v", u)
	}
	if u := s.unit(t, "C02"); u.Ratings != 0 {
		t.Errorf("counted on mobile is %+v", u)
	}
}

func weiboComplaint(t *testing.T, p *page, s *server) {
	before := len(s.complaints(t))
	p.onWeibo()
	p.click("#follow")
	p.await(`!document.querySelector("#words").disabled`, "the composer")
	p.wants(p.menu("投诉"), "您要反映哪个单位", "隐私说明")
	p.wants(p.say("市供水集团"), "【市供水集团】", "是哪一类问题", "1 ")
	p.wants(p.say("2"), "请把经过发给我")
	p.wants(p.say("停水三天没人通知"), "收到")
	p.wants(p.say("完成"), "匿名还是实名")
	p.wants(p.say("1"), "联系方式")
	p.wants(p.say("跳过"), "请核对您要反映的问题", "停水三天没人通知", "匿名")
	done := p.say("确认")
	no := ticketLine.FindStringSubmatch(done)
	if no == nil || !codeLine.MatchString(done) {
		t.Fatalf("no ticket in:\n%s", done)
	}
	if n := len(s.complaints(t)); n != before+1 {
		t.Errorf("the office sees %d complaints, want %d", n, before+1)
	}
	p.wants(p.menu("查询"), no[1], "【市供水集团】")
}

func reload(_ *testing.T, p *page, _ *server) {
	p.click("#go-scan")
	p.scan("u:A07")
	p.citizen(2)
	p.click("#go-scan")
	p.scan("u:A08")
	p.wants(p.say("54"), "还差3个")
	p.do(chromedp.Reload())
	p.await(`document.querySelectorAll("#people button").length === 2 && document.querySelectorAll("#chat li[data-entry]").length === 2`, "the second citizen's chat")
	p.wants(p.answer(), "还差3个")
	p.citizen(1)
	p.await(`document.querySelectorAll("#chat li[data-entry]").length === 1`, "the first citizen's chat")
	p.wants(p.answer(), "您扫的是")
}

// widths looks for what is cut off or cannot be reached, from a small phone to a
// wide screen.
func widths(t *testing.T, p *page, _ *server) {
	p.click("#go-scan")
	p.scan("u:A09")
	for _, width := range []int64{320, 390, 768, 1024, 1280, 1920} {
		p.size.width = width
		p.do(chromedp.EmulateViewport(width, p.size.height))
		for _, tab := range []string{"phone", "wall", "inspector"} {
			if eval[bool](p, fmt.Sprintf(`document.querySelector('[data-show=%q]').checkVisibility()`, tab)) {
				p.tab(tab)
			}
			if !eval[bool](p, fmt.Sprintf(`document.querySelector(".pane.%s").checkVisibility()`, tab)) {
				t.Errorf("%d wide: %s cannot be reached", width, tab)
			}
			if wide := eval[string](p, tooWide); wide != "" {
				t.Errorf("%d wide, %s: wider than the window: %s", width, tab, wide)
			}
		}
	}
}

// tooWide names what of the page sticks out of the window.
const tooWide = `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".people-list, .unseen")
	&& (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)).map((e) => e.tagName + "." + e.className).slice(0, 3).join(" ")`

// reach presses Tab until a condition holds, and wants whatever has the focus to
// show it.
func (p *page) reach(condition, what string) {
	p.t.Helper()
	for range 400 {
		switch eval[string](p, fmt.Sprintf(`!(%s) ? "" : getComputedStyle(document.activeElement).outlineStyle`, condition)) {
		case "":
			p.do(chromedp.KeyEvent(kb.Tab))
		case "none":
			p.t.Errorf("%s does not show that it has the focus", what)
			return
		default:
			return
		}
	}
	p.fail(what + " is not reached with Tab")
}
