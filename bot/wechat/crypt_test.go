package wechat

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// packed is a plaintext whose length field says size and that ends in padding.
func packed(message string, size int, appID, padding string) []byte {
	b := []byte("0123456789abcdef")
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	return append(b, message+appID+padding...)
}

func TestUnpack_wrongPaddingOrLength_isRefused(t *testing.T) {
	pad := func(n, times int) string { return strings.Repeat(string(rune(n)), times) }
	good := packed("hello", 5, "wx1", pad(4, 4)) // 32 bytes in all
	if message, appID, ok := unpack(good); !ok || string(message) != "hello" || string(appID) != "wx1" {
		t.Fatalf("unpacked %q for %q, %v", message, appID, ok)
	}
	whole := packed("hello, world", 12, "", pad(32, 32))
	if message, appID, ok := unpack(whole); !ok || string(message) != "hello, world" || len(appID) != 0 {
		t.Fatalf("unpacked %q for %q, %v", message, appID, ok)
	}
	for name, plain := range map[string][]byte{
		"padding 0":            packed("hello", 5, "wx1", pad(0, 4)),
		"padding 33":           packed("hello", 5, "wx1", pad(33, 36)),
		"padding of two kinds": packed("hello", 5, "wx1", "\x04\x05\x04\x04"),
		"first byte wrong":     packed("hello", 5, "wx1", "\x03\x04\x04\x04"),
		"into the length":      packed("", 0, "", pad(13, 12)),
		"length too long":      packed("hello", 9, "wx1", pad(4, 4)),
		"length huge":          packed("hello", 1<<32-1, "wx1", pad(4, 4)),
		"nothing but padding":  []byte(pad(32, 32)),
	} {
		if message, appID, ok := unpack(plain); ok {
			t.Errorf("%s: unpacked %q for %q", name, message, appID)
		}
	}
}

func TestAccount_manyAtOnce_nothingMixes(t *testing.T) {
	a := safeAccount(t)
	var all sync.WaitGroup
	for g := range 8 {
		text := strings.Repeat(fmt.Sprint(g), 1+100*g)
		query, body := sealed(t, inner("<Content>"+text+"</Content>"), testApp, testKey)
		all.Go(func() {
			for range 100 {
				p, err := a.Open(ParseQuery(query), body)
				if err != nil || p.Input.Text != text {
					t.Errorf("opened %q, %v", p.Input.Text, err)
					return
				}
				out, err := a.Seal(p, Reply(p, 1, text), strings.NewReader(text+"0123456789abcdef"), time.Unix(1, 0))
				if err != nil {
					t.Error(err)
					return
				}
				s := &scratch{encoded: []byte(between(t, out, "<Encrypt><![CDATA[", "]]>"))}
				if plain, _, reason := a.decrypt(s); reason != "" || string(plain) != string(Reply(p, 1, text)) {
					t.Errorf("answered %q (%s)", plain, reason)
					return
				}
			}
		})
	}
	all.Wait()
}
