package config

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const yamlAccounts = `
accounts:
  - name: annex
    platform: wechat
    tenant: annex
    app_id: wxannex
    app_secret: hunter6
    token: hunter7
    original_id: gh_annex
    aes_key: ` + testAES + `
  - name: county
    platform: wechat
    app_id: wxcounty
    app_secret: hunter8
    token: hunter9
    original_id: gh_county
    aes_key: ` + testAES + `
`

// yamlVars adds the YAML file /c.yaml to variables.
func yamlVars(vars map[string]string) map[string]string {
	vars["PINGYI_CONFIG"] = "/c.yaml"
	return vars
}

func TestLoad_yaml_givesEveryOptionAndEnvironmentWins(t *testing.T) {
	files := map[string]string{"/wechat-token": "hunter5\n", "/c.yaml": "\ufeff" + `
database: "mysql:pingyi:hunter2@tcp(db:3306)/pingyi"
redis: "rediss://a:6379,b:6380"
secret: ` + testSecret + `
public_url: https://a.example
addr: "127.0.0.1:1"
metrics_addr: ""
trusted_proxies: ["10.0.0.0/8", "192.0.2.1"]
wechat:
  app_id: wx1
  app_secret: hunter4
  token_file: /wechat-token
  aes_key: ` + testAES + `
  original_id: gh_1
weibo:
  uid: "1902538057"
  app_secret: hunter
  path: ` + testPath + `
  one_body: "1"
`}
	o := mustLoad(t, map[string]string{"PINGYI_CONFIG": "/c.yaml", "PINGYI_ADDR": "127.0.0.1:2", "PINGYI_WECHAT_APP_ID": "wx2"}, files)
	want := Options{
		Env: Production, Addr: "127.0.0.1:2", TrustedProxies: []string{"10.0.0.0/8", "192.0.2.1"}, PublicURL: "https://a.example", Tenant: "default",
		Database: "mysql:pingyi:hunter2@tcp(db:3306)/pingyi", Redis: "rediss://a:6379,b:6380", Secret: testSecret,
		WeChat: WeChat{AppID: "wx2", AppSecret: "hunter4", Token: "hunter5", AESKey: testAES, OriginalID: "gh_1"},
		Weibo:  Weibo{UID: "1902538057", AppSecret: "hunter", Path: testPath, OneBody: "1", ServiceWindow: "48h"},
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
}

func TestLoad_yamlAccounts_areTaken(t *testing.T) {
	noMain := map[string]string{"PINGYI_WECHAT_APP_ID": "-", "PINGYI_WECHAT_APP_SECRET": "-", "PINGYI_WECHAT_TOKEN": "-", "PINGYI_WECHAT_AES_KEY": "-",
		"PINGYI_WECHAT_ORIGINAL_ID": "-", "PINGYI_TENANT": "city"}
	o := mustLoad(t, yamlVars(production(noMain)), map[string]string{"/c.yaml": yamlAccounts})
	want := []Account{
		{Name: "annex", Platform: PlatformWeChat, Tenant: "annex", WeChat: WeChat{AppID: "wxannex", AppSecret: "hunter6", Token: "hunter7", AESKey: testAES, OriginalID: "gh_annex"}},
		{Name: "county", Platform: PlatformWeChat, Tenant: "city", WeChat: WeChat{AppID: "wxcounty", AppSecret: "hunter8", Token: "hunter9", AESKey: testAES, OriginalID: "gh_county"}},
	}
	if diff := cmp.Diff(want, o.Accounts); diff != "" {
		t.Error(diff)
	}
}

func TestLoad_yaml_faults(t *testing.T) {
	account := func(lines string) string {
		return "accounts:\n  - {name: a, platform: wechat, app_id: wxa, app_secret: hunter, token: hunter, original_id: gh_a, aes_key: " + testAES + "}\n  - " + lines
	}
	tests := map[string]struct {
		yaml string
		want []string
	}{
		"unknown options, all of them": {"secert: hunter\nwechat:\n  tokn: hunter\nconfig: x\n", []string{"config", "secert", "wechat.tokn"}},
		"a number":                     {"weibo:\n  uid: 0123\n  app_secret: hunter\n  path: " + testPath + "\n", []string{"weibo.uid", "PINGYI_WEIBO_UID"}},
		"a list for a text":            {"addr: [a]\n", []string{"addr"}},
		"a text for a group":           {"wechat: hunter\n", []string{"wechat"}},
		"a group for a text":           {"secret: {x: hunter}\n", []string{"secret.x"}},
		"a key twice":                  {"secret: hunter\nsecret: hunter\n", []string{"PINGYI_CONFIG"}},
		"no mapping":                   {"- hunter\n", []string{"PINGYI_CONFIG"}},
		"broken":                       {"secret: \"hunter\n", []string{"PINGYI_CONFIG"}},
		"two documents":                {"addr: \":1\"\n---\naddr: \":2\"\n", []string{"PINGYI_CONFIG"}},
		"secret and its file":          {"secret: hunter\nsecret_file: /s\n", []string{"secret"}},
		"file of no secret":            {"addr_file: /s\n", []string{"addr_file"}},
		"missing file":                 {"secret_file: /nowhere\n", []string{"secret_file"}},
		"accounts are no list":         {"accounts: {name: a}\n", []string{"accounts"}},
		"account is a text":            {"accounts: [hunter]\n", []string{"accounts[0]", "accounts[].name", "accounts[].platform", "accounts[].token"}},
		"account lacks the rest":       {account("{name: b, platform: wechat, app_id: wxb}"), []string{"accounts[b].token", "accounts[b].original_id", "accounts[b].aes_key"}},
		"account of Weibo":             {account("{name: b, platform: weibo, app_id: wxb, app_secret: hunter, token: hunter, original_id: gh_b, aes_key: " + testAES + "}"), []string{"accounts[b].platform"}},
		"account twice": {account("{name: a, platform: wechat, app_id: wxa, app_secret: hunter, token: hunter, original_id: gh_b, aes_key: " + testAES + "}"),
			[]string{"accounts[a].name", "accounts[a].app_id"}},
		"account's unknown option": {"accounts: [{nme: a}]", []string{"accounts[0].nme", "accounts[].name", "accounts[].platform", "accounts[].token"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := faulty(t, yamlVars(production(nil)), map[string]string{"/c.yaml": tt.yaml, "/s": testSecret})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := faulty(t, yamlVars(production(nil)), nil); len(got) != 1 || got[0] != "PINGYI_CONFIG" {
		t.Errorf("a missing file: %v", got)
	}
}

func TestParseRedis(t *testing.T) {
	for url, want := range map[string]RedisServers{
		"redis://cache:6379/0":              {Addrs: []string{"cache:6379"}},
		"redis://cache":                     {Addrs: []string{"cache:6379"}},
		"rediss://u:p%40s@cache:1/3":        {Addrs: []string{"cache:1"}, Username: "u", Password: "p@s", DB: 3, TLS: true},
		"redis://:p@a:1,b,[::1]:2,[::2]":    {Addrs: []string{"a:1", "b:6379", "[::1]:2", "[::2]:6379"}, Password: "p"},
		"redis://user@127.0.0.1:6379/":      {Addrs: []string{"127.0.0.1:6379"}, Username: "user"},
		"redis://a:7000,b:7001,c:7002/0":    {Addrs: []string{"a:7000", "b:7001", "c:7002"}},
		"redis://:with@sign:and,comma@a/15": {Addrs: []string{"a:6379"}, Password: "with@sign:and,comma", DB: 15},
	} {
		got, err := ParseRedis(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if diff := cmp.Diff(want, got); diff != "" || got.Cluster() != (len(want.Addrs) > 1) {
			t.Errorf("%s: %s", url, diff)
		}
	}
	for _, url := range []string{"", "redis://", "cache:6379", "http://a", "redis://a,", "redis://a:b", "redis://a/x", "redis://a,b/1", "redis://a?x=1", "redis://:%zz@a", "redis://:6379", "redis://::1", "redis://a:70000"} {
		if got, err := ParseRedis(url); err == nil {
			t.Errorf("%q is taken as %v", url, got)
		}
	}
}

func completed(t *testing.T, dir string, vars map[string]string) Options {
	t.Helper()
	o := mustLoad(t, demo(vars), nil)
	if err := o.Complete(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestComplete_emptyDemo_makesAndKeepsAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first := completed(t, dir, nil)
	var faults Faults
	faults.check(&first)
	if len(faults) > 0 || !first.WeChat.Made || !first.Weibo.Made || first.WeChat.AppID[:2] != "wx" || len(first.WeChat.AppID) != 18 ||
		len(first.WeChat.AESKey) != 43 || len(first.WeChat.OriginalID) != 15 || first.WeChat.AppSecret == "" || first.Weibo.AccessToken != "" {
		t.Fatalf("%v %v", faults, first.Redacted())
	}
	if diff := cmp.Diff(first, completed(t, dir, nil)); diff != "" {
		t.Errorf("the second start differs: %s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, demoFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
	if other := completed(t, t.TempDir(), nil); other.Secret == first.Secret || other.WeChat.Token == first.WeChat.Token {
		t.Error("another folder has the same secrets")
	}
}

func TestComplete_atOnce_allAgree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	const servers = 16
	got := make([]Options, servers)
	errs := make([]error, servers)
	var wg sync.WaitGroup
	for i := range servers {
		o := mustLoad(t, demo(nil), nil)
		wg.Go(func() {
			errs[i] = o.Complete(dir, rand.Reader)
			got[i] = o
		})
	}
	wg.Wait()
	for i := range servers {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if diff := cmp.Diff(got[0], got[i]); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestComplete_accountThatIsSet_isTakenAsItIs(t *testing.T) {
	dir := t.TempDir()
	o := completed(t, dir, map[string]string{"PINGYI_WECHAT_TOKEN": "mine"})
	if diff := cmp.Diff(WeChat{Token: "mine"}, o.WeChat); diff != "" {
		t.Error(diff)
	}
	o = completed(t, dir, map[string]string{"PINGYI_WECHAT_APP_SECRET": "mine", "PINGYI_WECHAT_API": "http://127.0.0.1:1", "PINGYI_SECRET": testSecret})
	if o.WeChat.AppSecret != "mine" || o.WeChat.API != "http://127.0.0.1:1" || !o.WeChat.Made || string(o.Secret) != testSecret {
		t.Errorf("an API secret and a URL alone: %v", o.Redacted())
	}
	o = completed(t, dir, map[string]string{"PINGYI_WEIBO_APP_SECRET": "mine", "PINGYI_WEIBO_UID": "7"})
	made := completed(t, dir, map[string]string{"PINGYI_WEIBO_NAME": "我市发布", "PINGYI_WEIBO_SERVICE_WINDOW": "24h"}).Weibo
	if !made.Made || made.Name != "我市发布" || made.Window() != 24*time.Hour {
		t.Errorf("a name and a window alone: made %t, name %q, window %s", made.Made, made.Name, made.Window())
	}
	if diff := cmp.Diff(Weibo{AppSecret: "mine", UID: "7", ServiceWindow: "48h"}, o.Weibo); diff != "" {
		t.Error(diff)
	}
}

func TestComplete_nothingMissing_writesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	completed(t, dir, map[string]string{"PINGYI_SECRET": testSecret, "PINGYI_WECHAT_TOKEN": "t", "PINGYI_WEIBO_APP_SECRET": "s", "PINGYI_WEIBO_UID": "1"})
	o := mustLoad(t, production(nil), nil)
	if err := o.Complete(dir, rand.Reader); err != nil || o.Weibo.Set() {
		t.Errorf("production was completed: %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestComplete_damagedFile_isNamedAndKept(t *testing.T) {
	dir := t.TempDir()
	completed(t, dir, nil)
	path := filepath.Join(dir, demoFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(whole, []byte("PINGYI_SECRET="), []byte("#PINGYI_SECRET="), 1)
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	o := mustLoad(t, demo(nil), nil)
	if err := o.Complete(dir, rand.Reader); err == nil || !strings.Contains(err.Error(), "PINGYI_SECRET") {
		t.Errorf("a lost secret: %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, damaged) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestComplete_noRandomness_makesNoFile(t *testing.T) {
	dir := t.TempDir()
	o := mustLoad(t, demo(nil), nil)
	if err := o.Complete(dir, io.LimitReader(rand.Reader, 40)); err == nil {
		t.Error("secrets out of nothing")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestLoad_migrateDatabase_isTheSameDatabaseByAnotherUser(t *testing.T) {
	const own = "PINGYI_MIGRATE_DATABASE"
	try := func(database, owner string) (Options, error) {
		return load(production(map[string]string{"PINGYI_DATABASE": database, own: owner}), nil)
	}
	const server, owner = "mysql:pingyi:canary-a@tcp(db:3306)/city", "mysql:owner:canary-b@unix(/run/mysqld/mysqld.sock)/city"
	o, err := try(server, owner)
	if err != nil {
		t.Fatal(err)
	}
	if url, option := o.Owner(); url != owner || option != own {
		t.Errorf("%s by %s", url, option)
	}
	if said := fmt.Sprint(o.Redacted()); strings.Contains(said, "canary") || !strings.Contains(said, "owner@unix") {
		t.Error("the log shows", said)
	}
	o, err = try(server, "")
	if err != nil {
		t.Fatal(err)
	}
	if url, option := o.Owner(); url != server || option != "PINGYI_DATABASE" {
		t.Errorf("%s by %s", url, option)
	}
	for _, c := range [][2]string{
		{server, "mysql:owner:canary@tcp(db:3306)/other"}, {server, "sqlite:city"}, {"sqlite:city", owner}, {"sqlite:a", "sqlite:a"}, {server, "city"},
	} {
		_, err := try(c[0], c[1])
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Option != own || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v: %v", c, err)
		}
	}
}
