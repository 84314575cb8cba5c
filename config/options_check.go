package config

import (
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rule is what a value that is set has to be.
type rule struct {
	ok       func(string) bool
	expected string
}

// minSecret is the least number of bytes of PINGYI_SECRET.
const minSecret = 32

// aesKeyLength is the length of WeChat's EncodingAESKey.
const aesKeyLength = 43

// rules are the rules that the struct tags name.
func rules() map[string]rule {
	match := func(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }
	return map[string]rule{
		"environment": {match(`^(production|demo)$`), "production or demo"},
		"listen":      {isListen, "host:port to listen on, such as 127.0.0.1:8080 or :8080"},
		"switch":      {match(`^[01]$`), "1 or 0"},
		"network":     {isNetwork, "IP addresses or networks such as 10.0.0.0/8, separated by commas"},
		"url":         {isURL, "a URL such as https://pingyi.example.gov.cn, without user, query or fragment"},
		"database":    {isDatabase, "sqlite:PATH, or mysql: and a DSN such as user:password@tcp(host:3306)/pingyi"},
		"redis":       {isRedis, "redis://host:6379/0 or rediss://..., several hosts separated by commas for a cluster"},
		"key":         {func(s string) bool { return len(s) >= minSecret }, "any text of 32 bytes or more, such as `openssl rand -hex 32` prints"},
		"tenant":      {IsTenant, "1 to 32 letters, digits, - and _"},
		"name":        {match(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`), "1 to 32 letters, digits, - and _; it ends the path /wechat/{name}"},
		"platform":    {match(`^wechat$`), "wechat; only WeChat has further accounts"},
		"word":        {match(`^[!-~]{1,512}$`), "printable ASCII without spaces, as the platform's console shows it"},
		"digits":      {match(`^[0-9]{1,20}$`), "the account's number, digits alone"},
		"nickname":    {match(`^[^\s@#:：/]{1,30}$`), "the account's name as others mention it, without the @"},
		"window":      {isWindow, "a duration of at most 720h such as 48h or 90m; 0 turns it off"},
		"drain":       {isDrain, "a duration of at most 60s such as 10s; 0 turns it off"},
		"gh":          {match(`^gh_[A-Za-z0-9_-]{1,64}$`), "the account's original id, gh_..."},
		"path":        {match(`^[A-Za-z0-9_-]{22,128}$`), "22 to 128 letters, digits, - and _ that nobody can guess, such as `openssl rand -hex 16` prints"},
		"aes":         {isAESKey, "the EncodingAESKey of 43 letters and digits (base64)"},
	}
}

// IsTenant reports whether s can name a tenant.
func IsTenant(s string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`).MatchString(s)
}

func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isNetwork(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == "" // a zone is this machine's, and no request comes from one
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" && !strings.ContainsAny(s, "?# ")
}

// isWindow takes what no platform's window passes, 30 days.
func isWindow(s string) bool {
	d, err := time.ParseDuration(s)
	return err == nil && d >= 0 && d <= 30*24*time.Hour
}

// isDrain takes what a service manager waits for.
func isDrain(s string) bool {
	d, err := time.ParseDuration(s)
	return err == nil && d >= 0 && d <= time.Minute
}

// isAESKey decodes as the platform's keys need it: the spare bits of the last
// character may be set.
func isAESKey(s string) bool {
	key, err := base64.RawStdEncoding.DecodeString(s)
	return err == nil && len(s) == aesKeyLength && len(key) == 32
}

// LocalURL is the URL of a server that listens on addr, as this machine
// reaches it; empty where addr's port is 0 or addr is malformed.
func LocalURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "0" {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// check adds every fault of the options' values and of what is missing.
func (f *Faults) check(o *Options) {
	f.values(fields("", reflect.ValueOf(o).Elem()), variable)
	if o.Env == Production {
		f.production(o)
	} else if o.Demo() && o.DemoPublic != "1" {
		f.loopback("PINGYI_ADDR", o.Addr)
		f.loopback("PINGYI_METRICS_ADDR", o.MetricsAddr)
	}
	f.sameDatabase(o)
	f.wechat(&o.WeChat, o.Demo(), func(path string) string { return variable("wechat." + path) })
	f.weibo(&o.Weibo, o.Demo())
	f.accounts(o)
}

// loopback keeps a demo to this machine: who reaches it has its simulator, and
// rates as any citizen.
func (f *Faults) loopback(option, addr string) {
	if !isListen(addr) || IsLoopback(addr) {
		return // turned off, or a fault of its own
	}
	f.add(option, "listens beyond this machine, and whoever reaches a demo can do everything in it; expected 127.0.0.1 and a port, "+
		"or PINGYI_DEMO_PUBLIC=1 where that is meant, as in a container whose port is published on 127.0.0.1 alone")
}

// IsLoopback reports whether the host of host:port, or a host alone, is this machine's
// own and reached from nowhere else.
func IsLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(addr, "["), "]")
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// values checks each value by its rule. No value is quoted: a secret may
// stand where it does not belong.
func (f *Faults) values(options []field, name func(path string) string) {
	all := rules()
	for _, o := range options {
		for _, value := range o.values() {
			if r := all[o.rule]; !r.ok(value) {
				f.add(name(o.path), "is malformed; expected %s", r.expected)
				break
			}
		}
	}
}

func (f *Faults) production(o *Options) {
	all := rules()
	for _, field := range fields("", reflect.ValueOf(o).Elem()) {
		switch field.path {
		case "database", "redis", "secret", "public_url":
			if field.text() == "" {
				f.add(field.variable(), missing+"; expected %s", all[field.rule].expected)
			}
		}
	}
	if o.Redis == EmbeddedRedis {
		f.add("PINGYI_REDIS", "the Redis inside the process is for the demo only; expected %s", all["redis"].expected)
	}
	if isURL(o.PublicURL) && !strings.HasPrefix(o.PublicURL, "https://") {
		f.add("PINGYI_PUBLIC_URL", "is not https, and production requires it; TLS may end at a proxy")
	}
	f.known(fields("", reflect.ValueOf(o).Elem()), variable)
	if len(o.Accounts) == 0 && !o.WeChat.begun(false) && !o.Weibo.begun(false) {
		f.add("PINGYI_WECHAT_APP_ID, PINGYI_WECHAT_TOKEN, PINGYI_WECHAT_AES_KEY",
			"are missing, and production requires an account; expected these three for WeChat, "+
				"or PINGYI_WEIBO_APP_SECRET, PINGYI_WEIBO_UID and PINGYI_WEIBO_PATH for Weibo")
	}
}

// begun reports whether any option of the account is set, so that the rest
// has to be. In the demo an API secret or an old key alone does not make an
// account.
func (a *WeChat) begun(demo bool) bool {
	if a.AppID != "" || a.Token != "" || a.AESKey != "" || a.OriginalID != "" {
		return true
	}
	return !demo && (a.AppSecret != "" || a.AESKeyPrevious != "" || a.TokenPrevious != "")
}

func (a *Weibo) begun(demo bool) bool {
	if a.AppKey != "" || a.AppSecret != "" || a.UID != "" || a.AccessToken != "" {
		return true
	}
	return !demo && (a.Path != "" || a.AppSecretPrevious != "")
}

// wechat checks that an account that was begun is whole.
func (f *Faults) wechat(a *WeChat, demo bool, name func(path string) string) {
	if !a.begun(demo) {
		return
	}
	missing := func(path string, value, why string) {
		if value == "" {
			f.add(name(path), "is missing; expected %s", why)
		}
	}
	missing("token", string(a.Token), "the Token of the account's server configuration, as other options of the account are set")
	if !demo {
		missing("original_id", a.OriginalID, "the account's original id (gh_...), as the console shows it; pushes to another receiver are refused")
		missing("aes_key", string(a.AESKey), "the EncodingAESKey of 43 letters and digits; plaintext pushes are for the demo only")
	} else if a.AESKeyPrevious != "" {
		missing("aes_key", string(a.AESKey), "the present EncodingAESKey, as a previous one is set")
	}
	if !demo || a.AESKey != "" {
		missing("app_id", a.AppID, "the AppID (wx...), which every encrypted push carries")
	}
}

func (f *Faults) weibo(a *Weibo, demo bool) {
	if !a.begun(demo) {
		return
	}
	if a.AppSecret == "" {
		f.add("PINGYI_WEIBO_APP_SECRET", "is missing; expected the App Secret that signs the pushes, as other options of the account are set")
	}
	if a.UID == "" {
		f.add("PINGYI_WEIBO_UID", "is missing; expected the account's uid, digits alone, as other options of the account are set")
	}
	if a.Path == "" && !demo {
		f.add("PINGYI_WEIBO_PATH", "is missing; expected %s, as the platform's signature does not cover a push's body", rules()["path"].expected)
	}
}

// accounts checks the further accounts, each by itself and against the others.
func (f *Faults) accounts(o *Options) {
	names, ids := map[string]bool{}, map[string]bool{o.WeChat.AppID: true}
	for i := range o.Accounts {
		a := &o.Accounts[i]
		f.values(fields("", reflect.ValueOf(a).Elem()), a.option)
		if a.Name == "" {
			f.add(a.option("name"), "is missing in account %d; expected a name of its own", i+1)
		}
		if a.Platform == "" {
			f.add(a.option("platform"), "is missing; expected wechat")
		}
		if o.Env == Production {
			f.known(fields("", reflect.ValueOf(a).Elem()), a.option)
		}
		// An account in the file was meant, also where parts of it are missing.
		if !a.WeChat.begun(o.Demo()) {
			f.add(a.option("token"), "is missing; expected the options of an account: app_id, token, aes_key, app_secret")
		}
		f.wechat(&a.WeChat, o.Demo(), a.option)
		if a.Name != "" && names[a.Name] {
			f.add(a.option("name"), "stands twice; expected a name of its own for each account")
		}
		if a.WeChat.AppID != "" && ids[a.WeChat.AppID] {
			f.add(a.option("app_id"), "is another account's; expected each account once")
		}
		names[a.Name], ids[a.WeChat.AppID] = true, true
	}
}
