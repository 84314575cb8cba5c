// Package config holds what an installation is told: the options, from the
// environment and an optional YAML file (Options), and the campaign profiles
// that are shipped with the program. It imports models and scoring alone.
package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"
)

// The two environments that PINGYI_ENV accepts.
const (
	Production = "production"
	Demo       = "demo"
)

// Platforms of an account.
const (
	PlatformWeChat = "wechat"
	PlatformWeibo  = "weibo"
)

// EmbeddedRedis as PINGYI_REDIS asks for the Redis inside the process.
const EmbeddedRedis = "embedded"

// Options is everything that pingyi can be told. Only cmd reads it.
//
// The tag `option` is an option's path in the YAML file; its name in the
// environment follows from the path (wechat.app_id is PINGYI_WECHAT_APP_ID).
// The tag `rule` names what a value that is set has to be (see rules). A field
// of type Secret may also be given as a file: NAME_FILE in the environment,
// name_file in YAML.
type Options struct {
	// Env is Production or Demo.
	Env string `option:"env" rule:"environment"`
	// Addr and MetricsAddr are listen addresses, host:port; the host may be
	// empty. An empty MetricsAddr turns /metrics off.
	Addr        string `option:"addr" rule:"listen"`
	MetricsAddr string `option:"metrics_addr" rule:"listen"`
	// Drain is how long the server answers after it was told to end, while
	// /readyz says 503, as a Go duration. Read it with Leaves.
	Drain string `option:"drain" rule:"drain"`
	// TrustedProxies are the addresses and networks (CIDR) whose
	// X-Forwarded-For is believed; none by default.
	TrustedProxies []string `option:"trusted_proxies" rule:"network"`
	// DemoPublic is 1 where a demo may listen beyond this machine.
	DemoPublic string `option:"demo_public" rule:"switch"`
	// PublicURL is where citizens reach the server, without a slash at its
	// end. In the demo it is empty only while Addr asks for any free port: the
	// listener then knows, and LocalURL makes the URL from its address.
	PublicURL string `option:"public_url" rule:"url"`
	// Database and Redis may hold a password. Read them with SQL and
	// RedisServers.
	Database Secret `option:"database" rule:"database"`
	// MigrateDatabase is the same database by way of a user who may change its schema.
	// Where it is empty, the user of Database does. Read it with Owner.
	MigrateDatabase Secret `option:"migrate_database" rule:"database"`
	Redis           Secret `option:"redis" rule:"redis"`
	// Secret wraps every stored key; SecretPrevious is what it replaced.
	Secret         Secret `option:"secret" rule:"key"`
	SecretPrevious Secret `option:"secret_previous" rule:"key"`
	// Tenant is the city or county that the commands work for and that the
	// accounts WeChat and Weibo belong to.
	Tenant string `option:"tenant" rule:"tenant"`
	WeChat WeChat `option:"wechat"`
	Weibo  Weibo  `option:"weibo"`
	// Accounts are further accounts; only the YAML file can list them.
	Accounts []Account
}

// WeChat is an official account. Without an AESKey its pushes are plaintext,
// which the demo alone allows.
type WeChat struct {
	AppID          string `option:"app_id" rule:"word"`
	AppSecret      Secret `option:"app_secret" rule:"word"`
	Token          Secret `option:"token" rule:"word"`
	TokenPrevious  Secret `option:"token_previous" rule:"word"`
	AESKey         Secret `option:"aes_key" rule:"aes"`
	AESKeyPrevious Secret `option:"aes_key_previous" rule:"aes"`
	// OriginalID is the account's gh_... id, which production requires: without it
	// the server's own sealed answer could come back as a push.
	OriginalID string `option:"original_id" rule:"gh"`
	// API is the base URL of the platform's API; empty means the platform's
	// own.
	API string `option:"api" rule:"url"`
	// Made says that Complete made the account: no platform knows it, so a
	// call to the platform's own API cannot succeed.
	Made bool
}

// Set reports whether the account is given.
func (a *WeChat) Set() bool { return a.Token != "" }

// Weibo is a Weibo account with the fan service.
type Weibo struct {
	AppKey    string `option:"app_key" rule:"word"`
	AppSecret Secret `option:"app_secret" rule:"word"`
	// AppSecretPrevious signed the pushes before; its signatures are taken as well.
	AppSecretPrevious Secret `option:"app_secret_previous" rule:"word"`
	UID               string `option:"uid" rule:"digits"`
	// Path ends the address of the account's webhook, /weibo/{Path}: the signature
	// of a push does not cover its body, so the address is a secret too.
	Path Secret `option:"path" rule:"path"`
	// OneBody is "1" where another body under a signature that came before is
	// refused, and not only counted. Read it with RefusesOtherBodies.
	OneBody     string `option:"one_body" rule:"switch"`
	AccessToken Secret `option:"access_token" rule:"word"`
	// Name is what the account is mentioned by, without the @; where it is
	// empty the platform is asked.
	Name string `option:"name" rule:"nickname"`
	// ServiceWindow is how long after a citizen's message customer service may
	// write to them, as a Go duration. Read it with Window.
	ServiceWindow string `option:"service_window" rule:"window"`
	// API is as for WeChat.
	API string `option:"api" rule:"url"`
	// Made is as for WeChat.
	Made bool
}

// Set reports whether the account is given.
func (a *Weibo) Set() bool { return a.AppSecret != "" }

// RefusesOtherBodies reports whether a signature stands for its first body alone.
func (a *Weibo) RefusesOtherBodies() bool { return a.OneBody == "1" }

// Window is ServiceWindow; 0 means that customer service sends nothing.
func (a *Weibo) Window() time.Duration {
	d, err := time.ParseDuration(a.ServiceWindow)
	if err != nil {
		return 0 // Load takes nothing else for a duration
	}
	return d
}

// Account is one of the further accounts, served at /wechat/{Name}.
type Account struct {
	Name     string `option:"name" rule:"name"`
	Platform string `option:"platform" rule:"platform"`
	// Tenant is Options.Tenant where the file does not say.
	Tenant string `option:"tenant" rule:"tenant"`
	// WeChat's options stand beside name and platform.
	WeChat WeChat `option:""`
}

// defaults is what holds where neither the environment nor the file speaks.
func defaults() Options {
	return Options{
		Env:         Production,
		Addr:        "127.0.0.1:8080",
		MetricsAddr: "127.0.0.1:9090",
		Tenant:      "default",
		// As the platform's present documentation has it; older pages differ.
		Weibo: Weibo{ServiceWindow: "48h"},
	}
}

// demoDatabase is the database of the demo where none is given.
const demoDatabase = "sqlite:data/pingyi.db"

// Load reads the options: the defaults, then the YAML file that PINGYI_CONFIG
// names, then the environment, which wins. getenv is os.LookupEnv and readFile
// os.ReadFile outside tests. An empty variable counts as not set, except
// PINGYI_METRICS_ADDR. The error is of type Faults and holds every fault that
// was found; the options that come with it serve for nothing but a log.
//
// In the demo the secret and the accounts may still be missing: Complete adds
// them.
func Load(getenv func(string) (string, bool), readFile func(string) ([]byte, error)) (Options, error) {
	var faults Faults
	o := defaults()
	if name, _ := getenv(configFile); name != "" {
		faults.file(&o, name, readFile)
	}
	faults.environment(fields("", reflect.ValueOf(&o).Elem()), getenv, readFile)
	o.fill()
	faults.check(&o)
	if len(faults) > 0 {
		return o, faults
	}
	return o, nil
}

// fill sets what follows from other options.
func (o *Options) fill() {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	for _, api := range []*string{&o.WeChat.API, &o.Weibo.API} {
		*api = strings.TrimRight(*api, "/")
	}
	for i := range o.Accounts {
		a := &o.Accounts[i]
		a.WeChat.API = strings.TrimRight(a.WeChat.API, "/")
		if a.Tenant == "" {
			a.Tenant = o.Tenant
		}
	}
	if !o.Demo() {
		return
	}
	if o.Database == "" {
		o.Database = demoDatabase
	}
	if o.Redis == "" {
		o.Redis = EmbeddedRedis
	}
	if o.PublicURL == "" {
		o.PublicURL = LocalURL(o.Addr)
	}
}

// Demo reports whether the simulator is on and the demo's shortcuts are
// allowed.
func (o *Options) Demo() bool { return o.Env == Demo }

// defaultDrain lets a push that found another server down, a moment before that one
// was up again, be answered here.
const defaultDrain = 2 * time.Second

// Leaves is Drain; where it is not set, the default in production and 0 in the demo.
func (o *Options) Leaves() time.Duration {
	if o.Drain == "" && !o.Demo() {
		return defaultDrain
	}
	d, err := time.ParseDuration(o.Drain)
	if err != nil {
		return 0 // Load takes nothing else for a duration
	}
	return d
}

// RedisServers are the servers to use; false means the Redis inside the
// process.
func (o *Options) RedisServers() (RedisServers, bool) {
	servers, err := ParseRedis(string(o.Redis))
	return servers, err == nil
}

// Warnings tells what is allowed and still worth a line in the log.
func (o *Options) Warnings() []string {
	var w []string
	if o.Demo() {
		return w
	}
	if driver, _ := o.SQL(); driver == "sqlite" {
		w = append(w, "PINGYI_DATABASE: SQLite serves one process on one machine; production is meant to run on MySQL")
	}
	if o.SecretPrevious != "" && o.SecretPrevious == o.Secret {
		w = append(w, "PINGYI_SECRET_PREVIOUS is the same as PINGYI_SECRET; nothing is rotated")
	}
	secret := func(option string, a *WeChat) {
		if a.Set() && a.AppSecret == "" {
			w = append(w, option+" is not set; pushes are answered, and the platform's API cannot be called")
		}
	}
	secret("PINGYI_WECHAT_APP_SECRET", &o.WeChat)
	api := func(option, url string) {
		if strings.HasPrefix(url, "http://") {
			w = append(w, option+": the platform's API is called without TLS; the account's secret can be read on the way")
		}
	}
	api("PINGYI_WECHAT_API", o.WeChat.API)
	api("PINGYI_WEIBO_API", o.Weibo.API)
	for i := range o.Accounts {
		api(o.Accounts[i].option("api"), o.Accounts[i].WeChat.API)
		secret(o.Accounts[i].option("app_secret"), &o.Accounts[i].WeChat)
	}
	return w
}

// Setting is one option as a log may show it.
type Setting struct{ Name, Value string }

// Redacted lists the options that are set, in the order of Options. Of a
// secret it says only that it is set; of the database and Redis it leaves the
// password out.
func (o *Options) Redacted() []Setting {
	var list []Setting
	add := func(name string, f field) {
		value := f.text()
		switch {
		case value == "":
			return
		case f.path == "database", f.path == "migrate_database":
			value = redactDatabase(value)
		case f.path == "redis":
			value = redactRedis(value)
		case f.secret():
			value = setMark
		}
		list = append(list, Setting{name, value})
	}
	for _, f := range fields("", reflect.ValueOf(o).Elem()) {
		add(f.variable(), f)
	}
	for i := range o.Accounts {
		a := &o.Accounts[i]
		for _, f := range fields("", reflect.ValueOf(a).Elem()) {
			add(a.option(f.path), f)
		}
	}
	return list
}

// LogValue makes slog write the redacted options.
func (o *Options) LogValue() slog.Value {
	list := o.Redacted()
	attrs := make([]slog.Attr, len(list))
	for i, s := range list {
		attrs[i] = slog.String(s.Name, s.Value)
	}
	return slog.GroupValue(attrs...)
}

// option names an account's option in faults and logs.
func (a *Account) option(path string) string {
	return fmt.Sprintf("accounts[%s].%s", a.Name, path)
}

// field is one option: a place in Options with its path and its rule.
type field struct {
	path  string
	rule  string
	value reflect.Value
}

// fields lists the options of a struct, depth first, in the order they stand.
func fields(prefix string, v reflect.Value) []field {
	var list []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		path, ok := f.Tag.Lookup("option")
		switch {
		case !ok:
		case f.Type.Kind() == reflect.Struct && path == "":
			list = append(list, fields(prefix, v.Field(i))...)
		case f.Type.Kind() == reflect.Struct:
			list = append(list, fields(prefix+path+".", v.Field(i))...)
		default:
			list = append(list, field{path: prefix + path, rule: f.Tag.Get("rule"), value: v.Field(i)})
		}
	}
	return list
}

// variable is the option's name in the environment.
func (f field) variable() string { return variable(f.path) }

func variable(path string) string {
	return "PINGYI_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

func (f field) secret() bool { return f.value.Type() == reflect.TypeFor[Secret]() }

func (f field) list() bool { return f.value.Kind() == reflect.Slice }

func (f field) text() string {
	if f.list() {
		return strings.Join(f.values(), ",")
	}
	return f.value.String()
}

// values is the list, or the one value where there is one.
func (f field) values() []string {
	if f.list() {
		list := make([]string, f.value.Len())
		for i := range list {
			list[i] = f.value.Index(i).String()
		}
		return list
	}
	if s := f.value.String(); s != "" {
		return []string{s}
	}
	return nil
}

func (f field) set(values ...string) {
	if f.list() {
		f.value.Set(reflect.ValueOf(values))
		return
	}
	f.value.SetString(strings.Join(values, ","))
}
