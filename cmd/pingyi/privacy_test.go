package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/simulator"
)

// secretsOf is what a citizen gave that may stand nowhere in the clear, in the
// forms in which it might.
func secretsOf(words ...string) map[string][]byte {
	forms := map[string][]byte{}
	for _, w := range words {
		forms[w] = []byte(w)
		forms[w+" in hexadecimal"] = []byte(hex.EncodeToString([]byte(w)))
		forms[w+" in base64"] = []byte(base64.RawStdEncoding.EncodeToString([]byte(w)))
		forms[w+" escaped"] = []byte(strings.ToLower(strings.Trim(strings.ReplaceAll(quoteASCII(w), `\U`, `\u`), `"`)))
	}
	return forms
}

// quoteASCII writes what is not ASCII as JSON may.
func quoteASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		b.WriteString(`\u` + hex.EncodeToString([]byte{byte(r >> 8), byte(r)}))
	}
	return b.String()
}

func wantNowhere(t *testing.T, where string, content []byte, secrets map[string][]byte) {
	t.Helper()
	for name, form := range secrets {
		if len(form) > 0 && bytes.Contains(content, form) {
			t.Errorf("%s has %s", where, name)
		}
	}
}

func TestPrivacy_afterAFullSession_nothingNamesTheCitizen(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		t.Parallel()
		r := w.withMetrics().withRedis(t)
		in := w.serve()
		c := in.chat(t)
		const story, phone, address, heard, place = "王主任周三下午没有上班", "13900001234", "http://mmbiz.qpic.cn/face-of-a-citizen", "他骂了我一句话", "花山区湖东路八十八号"
		c.scan("w:A05W1")
		c.say("11211")
		c.on(c.tap("确认"), "回执：")
		c.on(c.tap("态度不好"), "原因记下了")
		c.say("投诉")
		c.say("教育局")
		c.say("5")
		c.say(story)
		c.do(simulator.Picture(address))
		c.do(simulator.Voice(heard))
		c.do(simulator.Place("31.670452", "118.506763", place))
		c.say("完成")
		c.say("实名")
		c.say("王小明 " + phone)
		secrets := secretsOf(c.who.OpenID, story, phone, address, heard, place, "118.506763", "王小明")
		wantCleanRedis(t, r, secrets) // with the draft open
		c.on(c.tap("确认"), "登记编号：")
		no, code := wantLine(t, c.last.Shown(), "登记编号："), wantLine(t, c.last.Shown(), "查询码：")
		for name, form := range secretsOf(code) {
			secrets[name] = form
		}
		c.say("查询")
		c.say("查询 " + no + " " + code)
		c.say("撤回")
		c.say("取消")
		for _, role := range []models.Role{models.RoleOffice, models.RoleReader} {
			in.get("/api/v1/complaints?limit=3", w.keyOf(role))
		}
		status, raw := in.send(t, in.letterOf("<xml>"+c.who.OpenID)) // unusable
		if status != 200 || raw != "success" {
			t.Errorf("%d %q", status, raw)
		}
		in.send(t, letter{token: "wrong", aes: testAES, appID: testAppID, inner: note(t, c.who.OpenID, story)})
		wantCleanRedis(t, r, secrets)
		wantNowhere(t, "/metrics", []byte(in.metricsText(t)), secrets)
		w.wantReadable(t, story, address, heard, place, "118.506763", phone)
		r.kill() // what an error says must name nobody either
		c.do(simulator.Say(story))
		w.wantCleanDatabase(t, secrets)
		log := in.log.String()
		wantNowhere(t, "the log", []byte(log), secrets)
		for _, secret := range []string{w.env["PINGYI_SECRET"], testToken, testAES, "openid=", "signature=", "timestamp=", "limit=3"} {
			if strings.Contains(log, secret) {
				t.Errorf("the log has %q", secret)
			}
		}
	})
}

// wantReadable opens the one complaint as its handler will: nothing that the
// citizen gave is lost.
func (w *world) wantReadable(t *testing.T, words ...string) {
	t.Helper()
	all := w.everyValue(t)
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		t.Fatal(err)
	}
	id := models.ID(all["complaints.id"][0])
	key, _, err := wrapper.Unwrap(all["complaint_keys.wrapped"][0], complaints.KeyName(id))
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.NewBox(key)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := box.Open(all["complaints.sealed_parts"][0], []byte("parts"))
	if err != nil {
		t.Fatal(err)
	}
	contact, err := box.Open(all["complaint_contacts.sealed"][0], []byte("contact"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(parts)+string(contact), words...)
}

func wantCleanRedis(t *testing.T, r *ownRedis, secrets map[string][]byte) {
	t.Helper()
	form := regexp.MustCompile(`^[sp]\{[A-Za-z0-9_-]{16,22}\}[A-Za-z0-9_-]{0,22}$`)
	client := r.client()
	defer func() { _ = client.Close() }()
	keys := r.keys()
	if len(keys) == 0 {
		t.Error("Redis is empty: nothing was looked at")
	}
	for _, key := range keys {
		if !form.MatchString(key) {
			t.Errorf("a key of Redis is %q", key)
		}
		value, err := client.Get(t.Context(), key).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		wantNowhere(t, "Redis at "+key, append([]byte(key+"\n"), value...), secrets)
		longest := map[byte]time.Duration{'s': 24 * time.Hour, 'p': 660 * time.Second}[key[0]]
		if ttl := client.TTL(t.Context(), key).Val(); ttl <= longest-time.Minute || ttl > longest {
			t.Errorf("%s lives %s, not %s", key, ttl, longest)
		}
	}
}

func (w *world) wantCleanDatabase(t *testing.T, secrets map[string][]byte) {
	t.Helper()
	all := w.everyValue(t)
	for _, table := range []string{"ratings.answers", "rating_reasons.reason", "complaints.sealed_parts", "complaint_contacts.sealed", "complaint_links.sealed_citizen", "effects.answer"} {
		if len(all[table]) == 0 {
			t.Errorf("%s is empty: nothing was looked at", table)
		}
	}
	for at, values := range all {
		for _, v := range values {
			wantNowhere(t, at, v, secrets)
		}
	}
	// Evidence carries no platform id, not even a hash that all tables share.
	person, citizen := all["ratings.person"][0], all["complaint_links.citizen"][0]
	if bytes.Equal(person, citizen) {
		t.Error("a rating and a complaint are tied by one hash")
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "pingyi.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		wantNowhere(t, name, content, secrets)
	}
}
