package weibo

import (
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// For random secrets, times and nonces, others are exactly the times with which the same
// signature opens: found by moving the cut, and by exchanging the two.
func TestOthers_everyShiftAndExchange_isFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	hash := func(secret, stamp, nonce string) string {
		return fmt.Sprintf("%x", sha1.Sum([]byte(rowOf(secret, stamp, nonce))))
	}
	shifted := 0
	for range 20000 {
		secret := fmt.Sprintf("%032x", r.Uint64()) // begins with 0: first of the three
		switch r.IntN(3) {
		case 0:
			secret = "f" + secret // last
		case 1:
			secret = "1795" + secret
		}
		stamp := strconv.FormatInt(1_700_000_000_000+r.Int64N(200_000_000_000), 10)
		if r.IntN(4) == 0 {
			stamp = stamp[:seconds]
		}
		nonce := ""
		for range r.IntN(15) {
			nonce += strconv.Itoa(r.IntN(10))
		}
		own, _ := parseTime(stamp)
		var want []int64
		signature := hash(secret, stamp, nonce)
		for _, row := range []string{stamp + nonce, nonce + stamp} {
			for cut := range len(row) + 1 {
				for _, q := range [][2]string{{row[:cut], row[cut:]}, {row[cut:], row[:cut]}} {
					at, ok := parseTime(q[0])
					if ok && at != own && hash(secret, q[0], q[1]) == signature {
						want = append(want, at)
						if q[0] != nonce {
							shifted++
						}
					}
				}
			}
		}
		slices.Sort(want)
		if got := others(secret, stamp, nonce); !slices.Equal(got, slices.Compact(want)) {
			t.Fatalf("timestamp %s, nonce %s: %v, want %v", stamp, nonce, got, slices.Compact(want))
		}
	}
	if shifted < 1000 {
		t.Errorf("%d shifts were tried", shifted)
	}
}
