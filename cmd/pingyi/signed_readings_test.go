package main

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pingyi/bot/weibo"
	"pingyi/intake"
	"pingyi/service/chat"
)

// signedQuery is a query of Weibo, signed with any secret.
func signedQuery(secret, stamp, nonce string) weibo.Query {
	return weibo.Query{Signature: sign(secret, stamp, nonce), Timestamp: stamp, Nonce: nonce}
}

// shiftedTo makes the timestamp and the nonce of a push, and their shift: without the
// first n digits of the timestamp, both in a row are the milliseconds of now. Those n
// digits are of before.
func shiftedTo(before, now time.Time, n int) (stamp, nonce, shifted, rest string) {
	b, s := strconv.FormatInt(before.UnixMilli(), 10), strconv.FormatInt(now.UnixMilli(), 10)
	return b[:n] + s[:len(s)-n], s[len(s)-n:], s, b[:n]
}

// take has a push come at its own time, and reports whether it is taken.
func (o *opened) take(t *testing.T, secret, stamp, nonce string) bool {
	t.Helper()
	door, err := weibo.New(weibo.Options{AppSecret: secret, UID: testUID})
	if err != nil {
		t.Fatal(err)
	}
	p, err := door.Open(signedQuery(secret, stamp, nonce), []byte(weiboNote(2000000003, "查询")))
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() time.Time { return time.Unix(p.Timestamp, 0) }
	took, err := (&chat.SignedReadings{Ring: o.ring, Kept: o.db, Now: fresh}).Take(t.Context(), &intake.Account{ID: testUID, Tenant: "default"}, p.Signature, p.Timestamp, p.Others)
	if err != nil {
		t.Fatal(err)
	}
	return took
}

// At any cut of the digits, a signature is read with the time that it came with, for
// 400 days, and a genuine push is taken with any nonce, as often as it is repeated.
func TestSignedReadings_anyShift_isRefusedAndGenuinePushesAreTaken(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.withWeibo().serve().stop()
		o := w.opened(t)
		r := rand.New(rand.NewPCG(3, 4))
		secrets := []string{"0" + randomHex(t, 16), "f" + randomHex(t, 16), "1795" + randomHex(t, 14)}
		now := time.Now()
		attacks := 0
		for i := range 300 {
			secret := secrets[i/3%len(secrets)]
			stamp, nonce, shifted, rest := shiftedTo(now, now.Add(time.Duration(r.Int64N(int64(300*24*time.Hour)))), 1+r.IntN(12))
			if i%3 == 0 { // any nonce at all
				nonce = strconv.Itoa(r.IntN(1e9))
			}
			for range 2 {
				if !o.take(t, secret, stamp, nonce) {
					t.Errorf("a genuine push is refused: timestamp %s, nonce %s", stamp, nonce)
				}
			}
			if i%3 != 0 && join(secret, stamp, nonce) == join(secret, shifted, rest) && stamp[:10] != shifted[:10] {
				own, _ := strconv.ParseInt(stamp[:10], 10, 64)
				if other, _ := strconv.ParseInt(shifted[:10], 10, 64); other > own && other-own < int64(chat.ReadingsKept/time.Second) {
					attacks++
					if o.take(t, secret, shifted, rest) {
						t.Errorf("%s, %s is taken as %s, %s", stamp, nonce, shifted, rest)
					}
				}
			}
		}
		if attacks < 20 {
			t.Errorf("%d shifts were tried", attacks)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM signed_readings"); n == 0 || n > 300 {
			t.Errorf("%d rows", n)
		}
		if err := o.db.Sweep(t.Context(), now.Add(402*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM signed_readings"); n != 0 {
			t.Errorf("%d rows are left when their times are over", n)
		}
	})
}

// join is what a signature of Weibo is the hash of.
func join(parts ...string) string {
	slices.Sort(parts)
	return strings.Join(parts, "")
}

// An address of weeks ago, its digits moved so that it reads as now.
func TestWeibo_digitsMovedInAnOldAddress_isRefused(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().withMetrics().serve()
		o := w.opened(t)
		now := time.Now()
		for ; now.Unix()/100%10 < 2; now = now.Add(10 * time.Second) { // the nonce is to sort last
		}
		stamp, nonce, shifted, rest := shiftedTo(now.Add(-40*24*time.Hour), now, 6)
		if join(testWeiboSecret, stamp, nonce) != join(testWeiboSecret, shifted, rest) {
			t.Fatalf("%s, %s is no shift of %s, %s", shifted, rest, stamp, nonce)
		}
		address := weiboQuery(shifted, rest, false)
		other := weiboQuery(shifted, rest[:5], false) // never came before
		if !o.take(t, testWeiboSecret, stamp, nonce) {
			t.Fatal("the push itself is refused")
		}
		for range 3 {
			if status, body := in.post(t, address, strings.NewReader(weiboNote(2000000009, "教育局"))); status != http.StatusForbidden || body != "" {
				t.Errorf("an old address is answered %d", status)
			}
		}
		if status, body := in.post(t, other, strings.NewReader(weiboNote(2000000009, "教育局"))); status != http.StatusOK || body == "" {
			t.Errorf("a genuine push is answered %d", status)
		}
	})
}
