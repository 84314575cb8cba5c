package main

import (
	"testing"
	"time"

	"pingyi/config"
	"pingyi/service/chat"
)

func TestWeiboAccounts_customerServiceAsConfigured(t *testing.T) {
	engine, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token  config.Secret
		window string
		want   time.Duration // 0: none
	}{
		"with a token": {"t", "36h", 36 * time.Hour},
		"turned off":   {"t", "0", 0},
		"no token":     {"", "48h", 0},
	} {
		o := &opened{tenant: "default", opts: config.Options{Weibo: config.Weibo{AppSecret: "s", UID: testUID, AccessToken: tt.token, ServiceWindow: tt.window}}}
		list, err := weiboAccounts(o, engine)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		got := time.Duration(0)
		if c, ok := list[0].account.Late.(*chat.CustomerService); ok {
			got = c.Window
		}
		if got != tt.want {
			t.Errorf("%s: a window of %s, want %s", name, got, tt.want)
		}
	}
}
