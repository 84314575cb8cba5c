package e2e

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The widths at which the page is judged.
var (
	phone   = size{390, 844, 1}
	desktop = size{1280, 900, 1}
)

// size is a window's, in CSS pixels, and how many real ones each has.
type size struct {
	width, height int64
	scale         float64
}

// browser is a running Chromium; windows are opened within its context.
type browser struct{ ctx context.Context }

// launch starts the Chromium that PINGYI_TEST_BROWSER names, or skips.
func launch(t *testing.T) browser {
	t.Helper()
	path := os.Getenv("PINGYI_TEST_BROWSER")
	if path == "" {
		t.Skip("PINGYI_TEST_BROWSER is not set; it names the Chromium to drive")
	}
	profile := t.TempDir()
	alloc, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.CombinedOutput(io.Discard),
		chromedp.Flag("headless", "new"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
		// Whatever the page asks for, nothing leaves this machine.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
	)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return browser{ctx}
}

// page is the simulator in a window of its own, with no memory of others.
type page struct {
	t    *testing.T
	ctx  context.Context
	size size

	mu       sync.Mutex
	faults   []string // what no page may do; a test with any fails
	requests int
}

// open opens the simulator and awaits its wall.
func open(t *testing.T, b browser, s *server, at size) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx, size: at}
	p.do(chromedp.EmulateViewport(at.width, at.height, chromedp.EmulateScale(at.scale)))
	if err := chromedp.Listen(ctx, func(event any) { p.watch(s.addr, event) }); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(s.base + "/simulator"))
	p.await(`document.querySelectorAll("#wall-codes .code").length > 80 && document.querySelector("#people button")`, "the wall of codes")
	t.Cleanup(p.check)
	return p
}

// watch notes errors in the console and requests that leave the server.
func (p *page) watch(host string, event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fault := func(format string, args ...any) { p.faults = append(p.faults, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			fault("console.%s", e.Type)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			fault("console: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		p.requests++
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Host != host {
			fault("request to %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			fault("status %d of %s", e.Response.Status, e.Response.URL)
		}
	}
}

func (p *page) check() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		p.t.Error(f)
	}
	if p.requests < 5 {
		p.t.Errorf("%d requests seen: the network was not watched", p.requests)
	}
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	// The browser's window must outlive this call; only the call has a limit.
	if chromedp.FromContext(p.ctx).Target == nil {
		ctx = p.ctx
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail(err.Error())
	}
}

// eval is a value of the page.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.fail(expression + ": " + err.Error())
	}
	return v
}

// await awaits that a condition of the page holds.
func (p *page) await(condition, what string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+condition+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
	if err != nil {
		p.fail(what + " did not come: " + err.Error())
	}
}

// fail ends the test and shows the chat as far as it came.
func (p *page) fail(why string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	chat, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText.slice(-1500)`))
	if err != nil {
		chat = err.Error()
	}
	p.t.Fatalf("%s\nThe page shows:\n%s", why, chat)
}

// click clicks in the middle of an element, with the mouse, where it is seen.
func (p *page) click(css string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

func (p *page) tab(name string) {
	p.t.Helper()
	p.click(fmt.Sprintf(`[data-show=%q]`, name))
}

// exchange does something that sends a push, awaits its answer, and returns the
// text of the last bubble of the account.
func (p *page) exchange(act func()) string {
	p.t.Helper()
	before := p.entries()
	act()
	p.await(fmt.Sprintf(`document.querySelectorAll("#chat li[data-entry]").length > %d && !document.querySelector("#chat .pending")`, before), "an answer")
	return p.answer()
}

func (p *page) entries() int {
	return eval[int](p, `document.querySelectorAll("#chat li[data-entry]").length`)
}

// answer is what the last exchange shows of the account.
func (p *page) answer() string {
	p.t.Helper()
	return eval[string](p, `(document.querySelector("#chat li:last-child .row:not(.mine) .bubble") || {innerText: ""}).innerText`)
}

// scan finds a code on the wall and clicks it.
func (p *page) scan(scene string) string {
	p.t.Helper()
	return p.exchange(func() {
		if p.size.width < 1100 {
			p.tab("wall")
		}
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#wall-search").select()`), chromedp.SendKeys(chromedp.ID("wall-search"), scene))
		p.click(fmt.Sprintf(`.code[aria-label$="场景值 %s"]`, scene))
	})
}

// onWeibo changes to the Weibo phone.
func (p *page) onWeibo() {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.Search(`//div[@id="apps"]//button[normalize-space()="微博"]`), chromedp.NodeVisible))
	p.await(`document.querySelector("#chat-scroll").ariaBusy === "false" && document.querySelector("#apps button:last-child[aria-pressed=true]")`, "Weibo's phone")
}

// scanNamed scans the code of a unit that is found by its name: Weibo's codes
// carry numbers.
func (p *page) scanNamed(name string) string {
	p.t.Helper()
	return p.exchange(func() {
		p.tab("wall")
		p.do(chromedp.SendKeys(chromedp.ID("wall-search"), name))
		p.click("li:only-child .code")
	})
}

// tap taps a link of the last answer.
func (p *page) tap(text string) string {
	p.t.Helper()
	return p.exchange(func() {
		link := fmt.Sprintf(`//ol[@id="chat"]/li[last()]//button[@class="tap"][normalize-space()=%q]`, text)
		p.do(chromedp.Click(chromedp.Search(link), chromedp.NodeVisible))
	})
}

// say writes a message and presses Enter.
func (p *page) say(text string) string {
	p.t.Helper()
	return p.exchange(func() { p.do(chromedp.SendKeys(chromedp.ID("words"), text+"\r")) })
}

// menu presses a key of the account's menu.
func (p *page) menu(name string) string {
	p.t.Helper()
	return p.exchange(func() { p.click(fmt.Sprintf(`.menu [data-key=%q]`, name)) })
}

// citizen hands the phone to another citizen, who is added where need be.
func (p *page) citizen(n int) {
	p.t.Helper()
	if eval[int](p, `document.querySelectorAll("#people button").length`) < n {
		p.click("#person-add")
	} else {
		p.click(fmt.Sprintf("#people button:nth-child(%d)", n))
	}
	p.await(fmt.Sprintf(`document.querySelector("#people button:nth-child(%d)[aria-pressed=true]")`, n), "the citizen")
	p.await(`document.querySelector("#chat-scroll").ariaBusy === "false"`, "the citizen's chat")
}

// wants fails unless the text has every part.
func (p *page) wants(text string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("no %q in:\n%s", part, text)
		}
	}
}
