package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"

	"pingyi/bot/wechat"
	"pingyi/intake"
	"pingyi/web/hook"
)

func TestHandshake(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	at, nonce := "1795334400", "n"
	good := "?" + url.Values{"signature": {util.Signature(testToken, at, nonce)}, "timestamp": {at}, "nonce": {nonce}, "echostr": {"<b>42"}}.Encode()
	for _, path := range []string{"/wechat", "/wechat/maanshan"} {
		w := h.call(t, http.MethodGet, path+good, nil)
		wantBare(t, w, http.StatusOK, "<b>42")
		if w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("head %v", w.Header())
		}
		wantBare(t, h.call(t, http.MethodGet, path+strings.Replace(good, "nonce=n", "nonce=m", 1), nil), http.StatusForbidden, "")
		wantBare(t, h.call(t, http.MethodGet, path, nil), http.StatusForbidden, "")
	}
	wantBare(t, h.call(t, http.MethodGet, "/wechat/elsewhere"+good, nil), http.StatusForbidden, "")
}

func TestWebhook_otherAddressesAndMethods_areNotThere(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	for _, path := range []string{"/wechat/", "/wechat/maanshan/", "/wechat/a/b", "/weibo", "/Wechat"} {
		if w := h.call(t, http.MethodPost, path, strings.NewReader("")); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
	if w := h.call(t, http.MethodPut, "/wechat", strings.NewReader("")); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("PUT: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestWebhook_unknownAccount_is403AlsoWithoutNamedOnes(t *testing.T) {
	h := newHookRig(t, say("x"), func(o *Options) { o.Hooks.WeChat = o.Hooks.WeChat[:1] })
	wantBare(t, h.push(t, "/wechat/maanshan", text("好")), http.StatusForbidden, "")
	if w := h.push(t, "/wechat", text("好")); w.Code != http.StatusOK {
		t.Errorf("its own: %d", w.Code)
	}
}

func TestNew_accountNames_areCheckedAndUnique(t *testing.T) {
	front, err := wechat.New(wechat.Options{AppID: testAppID, Token: testToken, AESKey: testAESKey})
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{{"a", "a"}, {"", ""}, {"a b"}, {"a/b"}, {"-a"}, {strings.Repeat("a", 33)}} {
		o, _ := testOptions(t)
		o.Hooks.Intake, o.Hooks.Freshness = &fakeIntake{}, &freshUntilTold{}
		for _, n := range names {
			o.Hooks.WeChat = append(o.Hooks.WeChat, hook.WeChat{Account: &intake.Account{Name: n}, Front: front})
		}
		if _, err := New(o); err == nil {
			t.Errorf("%q were taken", names)
		}
	}
}
