package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	testSecret = "0123456789abcdef0123456789abcdef-S"
	testPath   = "a-path_of-the-tests-22"
	testAES    = "9nqxIyym0TPf50yKcFwBGhzejt206KxSIjdqUI8HLs0"
)

// production is an environment that starts.
func production(changes map[string]string) map[string]string {
	vars := map[string]string{
		"PINGYI_DATABASE":          "mysql:pingyi:hunter2@tcp(db:3306)/pingyi",
		"PINGYI_REDIS":             "redis://:hunter3@cache:6379/0",
		"PINGYI_SECRET":            testSecret,
		"PINGYI_PUBLIC_URL":        "https://pingyi.example.gov.cn/",
		"PINGYI_WECHAT_APP_ID":     "wx0123456789abcdef",
		"PINGYI_WECHAT_APP_SECRET": "hunter4",
		"PINGYI_WECHAT_TOKEN":      "hunter5",
		"PINGYI_WECHAT_AES_KEY":    testAES,

		"PINGYI_WECHAT_ORIGINAL_ID": "gh_0123456789ab",
	}
	maps.Copy(vars, changes)
	return vars
}

func demo(changes map[string]string) map[string]string {
	vars := map[string]string{"PINGYI_ENV": "demo"}
	maps.Copy(vars, changes)
	return vars
}

// load runs Load on variables; a variable set to "-" is not set.
func load(vars, files map[string]string) (Options, error) {
	getenv := func(name string) (string, bool) {
		v, ok := vars[name]
		if v == "-" {
			return "", false
		}
		return v, ok
	}
	readFile := func(name string) ([]byte, error) {
		content, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return []byte(content), nil
	}
	return Load(getenv, readFile)
}

func mustLoad(t *testing.T, vars, files map[string]string) Options {
	t.Helper()
	o, err := load(vars, files)
	if err != nil {
		t.Fatalf("refused:\n%v", err)
	}
	return o
}

// faulty is the options that Load found at fault, in order.
func faulty(t *testing.T, vars, files map[string]string) []string {
	t.Helper()
	_, err := load(vars, files)
	if err == nil {
		return nil
	}
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("an error of type %T", err)
	}
	var names []string
	for _, f := range faults {
		names = append(names, f.Option)
		if !strings.Contains(f.Problem, "expected") && !strings.Contains(f.Problem, "requires") && !strings.Contains(f.Problem, "cannot be read") &&
			!strings.Contains(f.Problem, "not an option") {
			t.Errorf("%s: %q does not say what is expected", f.Option, f.Problem)
		}
		for _, secret := range []string{"hunter", testSecret, testAES} {
			if strings.Contains(err.Error(), secret) {
				t.Fatalf("a secret is printed: %v", err)
			}
		}
	}
	return names
}

func TestLoad_production_setsDefaultsAndValues(t *testing.T) {
	o := mustLoad(t, production(nil), nil)
	want := defaults()
	want.PublicURL = "https://pingyi.example.gov.cn"
	want.Database, want.Redis, want.Secret = "mysql:pingyi:hunter2@tcp(db:3306)/pingyi", "redis://:hunter3@cache:6379/0", testSecret
	want.WeChat = WeChat{AppID: "wx0123456789abcdef", AppSecret: "hunter4", Token: "hunter5", AESKey: testAES, OriginalID: "gh_0123456789ab"}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
	if driver, dsn := o.SQL(); driver != "mysql" || dsn != "pingyi:hunter2@tcp(db:3306)/pingyi" {
		t.Errorf("driver %q", driver)
	}
	if o.Demo() || !o.WeChat.Set() || o.Weibo.Set() || len(o.Warnings()) > 0 {
		t.Errorf("demo %v, warnings %v", o.Demo(), o.Warnings())
	}
}

func TestLoad_nothingSet_namesEveryMissingOption(t *testing.T) {
	_, err := load(nil, nil)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"PINGYI_DATABASE", "PINGYI_REDIS", "PINGYI_SECRET", "PINGYI_PUBLIC_URL", "PINGYI_WECHAT_APP_ID",
		"PINGYI_WECHAT_TOKEN", "PINGYI_WECHAT_AES_KEY", "PINGYI_WEIBO_APP_SECRET", "PINGYI_WEIBO_UID", "PINGYI_WEIBO_PATH"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
}

func TestLoad_faults(t *testing.T) {
	tests := map[string]struct {
		vars map[string]string
		want []string
	}{
		"unknown environment":           {production(map[string]string{"PINGYI_ENV": "staging"}), []string{"PINGYI_ENV"}},
		"demo in capitals":              {production(map[string]string{"PINGYI_ENV": "Demo"}), []string{"PINGYI_ENV"}},
		"address without port":          {production(map[string]string{"PINGYI_ADDR": "127.0.0.1"}), []string{"PINGYI_ADDR"}},
		"port too large":                {production(map[string]string{"PINGYI_METRICS_ADDR": ":70000"}), []string{"PINGYI_METRICS_ADDR"}},
		"proxy that is a name":          {production(map[string]string{"PINGYI_TRUSTED_PROXIES": "10.0.0.0/8, proxy"}), []string{"PINGYI_TRUSTED_PROXIES"}},
		"proxy with a zone":             {production(map[string]string{"PINGYI_TRUSTED_PROXIES": "fe80::1%eth0"}), []string{"PINGYI_TRUSTED_PROXIES"}},
		"drain without a unit":          {production(map[string]string{"PINGYI_DRAIN": "10"}), []string{"PINGYI_DRAIN"}},
		"drain of more than a minute":   {production(map[string]string{"PINGYI_DRAIN": "61s"}), []string{"PINGYI_DRAIN"}},
		"plain http":                    {production(map[string]string{"PINGYI_PUBLIC_URL": "http://pingyi.example"}), []string{"PINGYI_PUBLIC_URL"}},
		"url with password":             {production(map[string]string{"PINGYI_PUBLIC_URL": "https://a:hunter@pingyi.example"}), []string{"PINGYI_PUBLIC_URL"}},
		"url without host":              {production(map[string]string{"PINGYI_PUBLIC_URL": "https:///x"}), []string{"PINGYI_PUBLIC_URL"}},
		"short secret":                  {production(map[string]string{"PINGYI_SECRET": "hunter"}), []string{"PINGYI_SECRET"}},
		"short previous secret":         {production(map[string]string{"PINGYI_SECRET_PREVIOUS": "hunter"}), []string{"PINGYI_SECRET_PREVIOUS"}},
		"unknown database":              {production(map[string]string{"PINGYI_DATABASE": "postgres://u:hunter@db/x"}), []string{"PINGYI_DATABASE"}},
		"sqlite without path":           {production(map[string]string{"PINGYI_DATABASE": "sqlite:"}), []string{"PINGYI_DATABASE"}},
		"dsn without database":          {production(map[string]string{"PINGYI_DATABASE": "mysql:root:hunter@tcp(db:3306)/"}), []string{"PINGYI_DATABASE"}},
		"dsn with an unescaped address": {production(map[string]string{"PINGYI_DATABASE": "mysql:root:hunter@hunter/x"}), []string{"PINGYI_DATABASE"}},
		"embedded redis":                {production(map[string]string{"PINGYI_REDIS": "embedded"}), []string{"PINGYI_REDIS"}},
		"redis without scheme":          {production(map[string]string{"PINGYI_REDIS": "cache:6379"}), []string{"PINGYI_REDIS"}},
		"tenant with a slash":           {production(map[string]string{"PINGYI_TENANT": "a/b"}), []string{"PINGYI_TENANT"}},
		"plaintext account":             {production(map[string]string{"PINGYI_WECHAT_AES_KEY": ""}), []string{"PINGYI_WECHAT_AES_KEY"}},
		"no app secret":                 {production(map[string]string{"PINGYI_WECHAT_APP_SECRET": ""}), nil},
		"short aes key":                 {production(map[string]string{"PINGYI_WECHAT_AES_KEY": testAES[1:]}), []string{"PINGYI_WECHAT_AES_KEY"}},
		"original id":                   {production(map[string]string{"PINGYI_WECHAT_ORIGINAL_ID": "wx1"}), []string{"PINGYI_WECHAT_ORIGINAL_ID"}},
		"window without unit":           {production(map[string]string{"PINGYI_WEIBO_SERVICE_WINDOW": "48"}), []string{"PINGYI_WEIBO_SERVICE_WINDOW"}},
		"window before the message":     {production(map[string]string{"PINGYI_WEIBO_SERVICE_WINDOW": "-1h"}), []string{"PINGYI_WEIBO_SERVICE_WINDOW"}},
		"window of a year":              {production(map[string]string{"PINGYI_WEIBO_SERVICE_WINDOW": "8760h"}), []string{"PINGYI_WEIBO_SERVICE_WINDOW"}},
		"half a Weibo account":          {production(map[string]string{"PINGYI_WEIBO_APP_KEY": "1"}), []string{"PINGYI_WEIBO_APP_SECRET", "PINGYI_WEIBO_UID", "PINGYI_WEIBO_PATH"}},
		"uid of letters":                {production(map[string]string{"PINGYI_WEIBO_UID": "me", "PINGYI_WEIBO_APP_SECRET": "hunter", "PINGYI_WEIBO_PATH": testPath}), []string{"PINGYI_WEIBO_UID"}},
		"Weibo path alone":              {production(map[string]string{"PINGYI_WEIBO_PATH": testPath}), []string{"PINGYI_WEIBO_APP_SECRET", "PINGYI_WEIBO_UID"}},
		"Weibo path of 21":              {production(map[string]string{"PINGYI_WEIBO_UID": "1", "PINGYI_WEIBO_APP_SECRET": "hunter", "PINGYI_WEIBO_PATH": testPath[1:]}), []string{"PINGYI_WEIBO_PATH"}},
		"Weibo path with a slash":       {production(map[string]string{"PINGYI_WEIBO_UID": "1", "PINGYI_WEIBO_APP_SECRET": "hunter", "PINGYI_WEIBO_PATH": testPath + "/x"}), []string{"PINGYI_WEIBO_PATH"}},
		"one body that is no switch":    {production(map[string]string{"PINGYI_WEIBO_ONE_BODY": "yes"}), []string{"PINGYI_WEIBO_ONE_BODY"}},
		"no original id":                {production(map[string]string{"PINGYI_WECHAT_ORIGINAL_ID": ""}), []string{"PINGYI_WECHAT_ORIGINAL_ID"}},
		"demo Weibo path alone is fine": {demo(map[string]string{"PINGYI_WEIBO_PATH": testPath}), nil},
		"demo token alone is fine":      {demo(map[string]string{"PINGYI_WECHAT_TOKEN": "t"}), nil},
		"demo app id alone":             {demo(map[string]string{"PINGYI_WECHAT_APP_ID": "wx1"}), []string{"PINGYI_WECHAT_TOKEN"}},
		"demo aes key without app id":   {demo(map[string]string{"PINGYI_WECHAT_TOKEN": "t", "PINGYI_WECHAT_AES_KEY": testAES}), []string{"PINGYI_WECHAT_APP_ID"}},
		"demo previous key alone":       {demo(map[string]string{"PINGYI_WECHAT_TOKEN": "t", "PINGYI_WECHAT_AES_KEY_PREVIOUS": testAES}), []string{"PINGYI_WECHAT_AES_KEY"}},
		"demo short secret":             {demo(map[string]string{"PINGYI_SECRET": "hunter"}), []string{"PINGYI_SECRET"}},
		"demo on every address":         {demo(map[string]string{"PINGYI_ADDR": ":8080"}), []string{"PINGYI_ADDR"}},
		"demo on an address":            {demo(map[string]string{"PINGYI_ADDR": "192.0.2.7:80", "PINGYI_DEMO_PUBLIC": "0"}), []string{"PINGYI_ADDR"}},
		"demo on a name":                {demo(map[string]string{"PINGYI_ADDR": "office.example:80"}), []string{"PINGYI_ADDR"}},
		"demo metrics on every address": {demo(map[string]string{"PINGYI_METRICS_ADDR": "[::]:9090"}), []string{"PINGYI_METRICS_ADDR"}},
		"demo on every address, meant":  {demo(map[string]string{"PINGYI_ADDR": ":8080", "PINGYI_METRICS_ADDR": ":9090", "PINGYI_DEMO_PUBLIC": "1"}), nil},
		"demo on this machine":          {demo(map[string]string{"PINGYI_ADDR": "localhost:1", "PINGYI_METRICS_ADDR": "[::1]:2"}), nil},
		"demo on another loopback":      {demo(map[string]string{"PINGYI_ADDR": "127.1.2.3:1"}), nil},
		"demo public that is no switch": {demo(map[string]string{"PINGYI_DEMO_PUBLIC": "yes"}), []string{"PINGYI_DEMO_PUBLIC"}},
		"production on every address":   {production(map[string]string{"PINGYI_ADDR": ":8080"}), nil},
		"several at once": {demo(map[string]string{"PINGYI_ADDR": "x", "PINGYI_SECRET": "x", "PINGYI_WEIBO_UID": "x"}),
			[]string{"PINGYI_ADDR", "PINGYI_SECRET", "PINGYI_WEIBO_UID", "PINGYI_WEIBO_APP_SECRET"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, faulty(t, tt.vars, nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoad_weiboAlone_isEnoughInProduction(t *testing.T) {
	o := mustLoad(t, production(map[string]string{
		"PINGYI_WECHAT_APP_ID": "-", "PINGYI_WECHAT_APP_SECRET": "-", "PINGYI_WECHAT_TOKEN": "-", "PINGYI_WECHAT_AES_KEY": "-",
		"PINGYI_WECHAT_ORIGINAL_ID": "-", "PINGYI_WEIBO_APP_SECRET": "hunter", "PINGYI_WEIBO_UID": "1902538057", "PINGYI_WEIBO_PATH": testPath,
	}), nil)
	if o.WeChat.Set() || !o.Weibo.Set() {
		t.Error("Weibo alone is not what is set")
	}
}

func TestLoad_demo_fillsWhatIsMissing(t *testing.T) {
	o := mustLoad(t, demo(nil), nil)
	if _, servers := o.RedisServers(); servers || o.Database != "sqlite:data/pingyi.db" || o.PublicURL != "http://127.0.0.1:8080" || !o.Demo() {
		t.Errorf("%+v", o.Redacted())
	}
	for addr, want := range map[string]string{
		":18080": "http://127.0.0.1:18080", "0.0.0.0:1": "http://127.0.0.1:1", "[::]:2": "http://127.0.0.1:2",
		"127.0.0.1:18080": "http://127.0.0.1:18080", "192.0.2.7:80": "http://192.0.2.7:80", "[::1]:80": "http://[::1]:80", "127.0.0.1:0": "",
	} {
		if o := mustLoad(t, demo(map[string]string{"PINGYI_ADDR": addr, "PINGYI_DEMO_PUBLIC": "1"}), nil); o.PublicURL != want {
			t.Errorf("%s: %s, not %s", addr, o.PublicURL, want)
		}
	}
	set := demo(map[string]string{"PINGYI_ADDR": ":1", "PINGYI_DEMO_PUBLIC": "1", "PINGYI_PUBLIC_URL": "http://a.example", "PINGYI_DATABASE": "sqlite:x.db", "PINGYI_REDIS": "redis://c:6379/1"})
	o = mustLoad(t, set, nil)
	if _, servers := o.RedisServers(); !servers || o.Database != "sqlite:x.db" || o.PublicURL != "http://a.example" {
		t.Errorf("what is set is not honoured: %+v", o.Redacted())
	}
}

func TestLoad_metricsAddrEmpty_turnsMetricsOff(t *testing.T) {
	if o := mustLoad(t, production(map[string]string{"PINGYI_METRICS_ADDR": ""}), nil); o.MetricsAddr != "" {
		t.Errorf("metrics at %s", o.MetricsAddr)
	}
	if o := mustLoad(t, production(map[string]string{"PINGYI_ADDR": ""}), nil); o.Addr != "127.0.0.1:8080" {
		t.Errorf("an empty address is not the default, it is %q", o.Addr)
	}
}

func TestLoad_trustedProxies_areSplitAndTrimmed(t *testing.T) {
	o := mustLoad(t, production(map[string]string{"PINGYI_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1 ,::1"}), nil)
	if diff := cmp.Diff([]string{"10.0.0.0/8", "192.0.2.1", "::1"}, o.TrustedProxies); diff != "" {
		t.Error(diff)
	}
}

func TestLoad_aesKeyWithSpareBits_isTaken(t *testing.T) {
	mustLoad(t, production(map[string]string{"PINGYI_WECHAT_AES_KEY": testAES[:42] + "B"}), nil)
}

func TestLoad_secretFile_losesOneNewline(t *testing.T) {
	for content, want := range map[string]string{testSecret + "\n": testSecret, testSecret: testSecret, testSecret + "\r\n": testSecret, testSecret + "\n\n": testSecret + "\n"} {
		o := mustLoad(t, production(map[string]string{"PINGYI_SECRET": "-", "PINGYI_SECRET_FILE": "/s"}), map[string]string{"/s": content})
		if string(o.Secret) != want {
			t.Errorf("%q gives %q", content, string(o.Secret))
		}
	}
}

func TestLoad_secretFile_everySecretHasOne(t *testing.T) {
	files := map[string]string{}
	vars := production(map[string]string{"PINGYI_SECRET_PREVIOUS": testSecret + "2", "PINGYI_WECHAT_AES_KEY_PREVIOUS": testAES,
		"PINGYI_WECHAT_TOKEN_PREVIOUS": "hunter6", "PINGYI_WEIBO_APP_SECRET": "hunter7", "PINGYI_WEIBO_APP_SECRET_PREVIOUS": "hunter8", "PINGYI_WEIBO_PATH": testPath,
		"PINGYI_WEIBO_UID": "1", "PINGYI_WEIBO_ACCESS_TOKEN": "hunter9"})
	want := mustLoad(t, vars, nil)
	for _, name := range []string{"PINGYI_DATABASE", "PINGYI_REDIS", "PINGYI_SECRET", "PINGYI_SECRET_PREVIOUS", "PINGYI_WECHAT_APP_SECRET", "PINGYI_WECHAT_TOKEN",
		"PINGYI_WECHAT_AES_KEY", "PINGYI_WECHAT_AES_KEY_PREVIOUS", "PINGYI_WEIBO_APP_SECRET", "PINGYI_WEIBO_ACCESS_TOKEN",
		"PINGYI_WECHAT_TOKEN_PREVIOUS", "PINGYI_WEIBO_APP_SECRET_PREVIOUS", "PINGYI_WEIBO_PATH"} {
		files["/"+name] = vars[name] + "\n"
		vars[name+"_FILE"] = "/" + name
		delete(vars, name)
	}
	if diff := cmp.Diff(want, mustLoad(t, vars, files)); diff != "" {
		t.Error(diff)
	}
}

func TestLoad_secretFile_faults(t *testing.T) {
	file := func(name string) map[string]string {
		return production(map[string]string{"PINGYI_WECHAT_TOKEN": "-", "PINGYI_WECHAT_TOKEN_FILE": name})
	}
	files := map[string]string{"/empty": "\n", "/token": "hunter"}
	for name, vars := range map[string]map[string]string{
		"missing": file("/nowhere"), "empty": file("/empty"),
		"both": production(map[string]string{"PINGYI_WECHAT_TOKEN_FILE": "/token"}),
	} {
		got := faulty(t, vars, files)
		if len(got) == 0 || !strings.HasPrefix(got[0], "PINGYI_WECHAT_TOKEN") {
			t.Errorf("%s: %v", name, got)
		}
		if name == "both" && len(got) != 1 { // it is not missing
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestUnknown_listsMisspeltVariables(t *testing.T) {
	got := Unknown([]string{"PINGYI_SECERT=x", "PINGYI_SECRET=x", "PINGYI_SECRET_FILE=x", "PINGYI_ADDR_FILE=x", "PINGYI_TEST_MYSQL_DSN=x", "PATH=/", "PINGYI_CONFIG=x", "PINGYI_SECERT=y"})
	if diff := cmp.Diff([]string{"PINGYI_ADDR_FILE", "PINGYI_SECERT"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWarnings_nameWhatIsAllowedAndRisky(t *testing.T) {
	o := mustLoad(t, production(map[string]string{"PINGYI_DATABASE": "sqlite:/var/lib/pingyi.db", "PINGYI_WECHAT_API": "http://127.0.0.1:9/", "PINGYI_SECRET_PREVIOUS": testSecret,
		"PINGYI_WECHAT_APP_SECRET": ""}), nil)
	got := strings.Join(o.Warnings(), "\n")
	for _, name := range []string{"PINGYI_DATABASE", "PINGYI_WECHAT_API", "PINGYI_SECRET_PREVIOUS", "PINGYI_WECHAT_APP_SECRET"} {
		if !strings.Contains(got, name) {
			t.Errorf("%s is not warned about in:\n%s", name, got)
		}
	}
	if o.WeChat.API != "http://127.0.0.1:9" {
		t.Errorf("the slash stays: %s", o.WeChat.API)
	}
}

func TestOptions_printed_showNoSecret(t *testing.T) {
	o := mustLoad(t, production(map[string]string{"PINGYI_CONFIG": "/c"}), map[string]string{"/c": yamlAccounts})
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("options", "options", &o, "secret", o.Secret)
	encoded, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %+v %#v %s %d %x %q", o, o, o, o.Secret, o.Secret, o.Secret, o.WeChat.Token) + log.String() + string(encoded) + fmt.Sprint(o.Redacted())
	for _, secret := range []string{"hunter", testSecret, testAES, fmt.Sprintf("%x", testSecret)} {
		if strings.Contains(printed, secret) {
			t.Errorf("%s is printed in %s", secret, printed)
		}
	}
	for _, shown := range []string{"mysql:pingyi@tcp(db:3306)/pingyi", "redis://cache:6379/0", `"PINGYI_SECRET":"(set)"`, `"accounts[annex].app_id":"wxannex"`} {
		if !strings.Contains(log.String(), shown) {
			t.Errorf("%s is not in %s", shown, log.String())
		}
	}
}

func TestExample_listsEveryOptionOnceWithItsDefault(t *testing.T) {
	content, err := os.ReadFile("pingyi.env.example")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	previous := ""
	for line := range strings.Lines(string(content)) {
		if m := regexp.MustCompile(`^#(PINGYI_\w+)=(.*)\n$`).FindStringSubmatch(line); m != nil {
			if _, twice := got[m[1]]; twice || !strings.HasPrefix(previous, "# ") {
				t.Errorf("%s stands twice or has no comment", m[1])
			}
			got[m[1]] = m[2]
		}
		previous = line
	}
	want := map[string]string{"PINGYI_ENV": "production", "PINGYI_ADDR": "127.0.0.1:8080", "PINGYI_METRICS_ADDR": "127.0.0.1:9090", "PINGYI_TENANT": "default",
		"PINGYI_WEIBO_SERVICE_WINDOW": "48h",
	}
	for _, name := range Variables() {
		if _, ok := want[name]; !ok && !strings.HasSuffix(name, "_FILE") {
			want[name] = ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := defaults(); got.Env != want["PINGYI_ENV"] || got.Addr != want["PINGYI_ADDR"] || got.MetricsAddr != want["PINGYI_METRICS_ADDR"] || got.Tenant != want["PINGYI_TENANT"] ||
		got.Weibo.ServiceWindow != want["PINGYI_WEIBO_SERVICE_WINDOW"] {
		t.Errorf("the program's defaults are %+v", got)
	}
}

func TestExample_secretsAreMarked(t *testing.T) {
	content, err := os.ReadFile("pingyi.env.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Variables() {
		secret, ok := strings.CutSuffix(name, "_FILE")
		if !ok {
			continue
		}
		before, _, _ := strings.Cut(string(content), "\n#"+secret+"=")
		paragraph := before[strings.LastIndex(before, "\n\n"):]
		if !strings.Contains(paragraph, "# Secret") {
			t.Errorf("the comment of %s does not say that it is a secret: %s", secret, paragraph)
		}
	}
}

func TestLeaves_isShortInProductionAndNothingInTheDemo(t *testing.T) {
	for name, c := range map[string]struct {
		vars map[string]string
		want time.Duration
	}{
		"production": {production(nil), 2 * time.Second}, "set": {production(map[string]string{"PINGYI_DRAIN": "15s"}), 15 * time.Second},
		"turned off": {production(map[string]string{"PINGYI_DRAIN": "0"}), 0}, "demo": {demo(nil), 0},
	} {
		o := mustLoad(t, c.vars, nil)
		if got := o.Leaves(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
