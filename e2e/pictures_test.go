package e2e

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

var updatePictures = flag.Bool("update-pictures", false, "take the pictures of docs/images anew")

// pictures takes what the READMEs show: go test -run TestDemo/pictures -update-pictures
func pictures(t *testing.T, chromium browser, s *server) {
	phone, desktop := phone, desktop
	phone.scale, desktop.scale = 2, 1.5
	p := open(t, chromium, s, phone)
	p.scan("u:A03")
	p.shoot("rating-question")
	for _, level := range []string{"满意", "非常满意", "满意", "基本满意", "非常满意"} {
		p.tap(level)
	}
	p.tap("确认")
	p.shoot("rating-receipt")

	p = open(t, chromium, s, phone)
	p.click("#follow")
	p.await(`!document.querySelector("#words").disabled`, "the composer")
	p.menu("投诉")
	p.say("教育局")
	p.tap("办事拖拉")
	p.say("周三下午窗口没人，等了两个小时")
	p.say("完成")
	p.tap("匿名")
	p.tap("跳过")
	p.tap("确认")
	p.shoot("complaint-ticket")

	p = open(t, chromium, s, phone)
	p.onWeibo()
	p.click("#go-scan")
	p.scanNamed("市供水集团")
	p.say("55445")
	p.say("确认")
	p.shoot("weibo-rating")
	p.menu("投诉")
	p.say("市供水集团")
	p.say("2")
	p.say("停水三天没人通知")
	p.say("完成")
	p.say("1")
	p.say("跳过")
	p.say("确认")
	p.shoot("weibo-complaint")

	p = open(t, chromium, s, desktop)
	p.click("#hint-close")
	p.scan("u:A05")
	p.say("55454")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#wall-search").value = "", document.querySelector("#wall-search").dispatchEvent(new Event("input"))`))
	p.shoot("simulator")
}

// shoot writes what the window shows.
func (p *page) shoot(name string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 1, 1))
	// Every picture that is in the window has come.
	p.await(`[...document.images].every((i) => i.complete || !i.checkVisibility() || i.getBoundingClientRect().top > innerHeight)`, "the pictures of the page")
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.fail(err.Error())
	}
	if err := os.MkdirAll(filepath.Join("..", "docs", "images"), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("..", "docs", "images", name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
