package hook

import (
	"bytes"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot"
)

func TestReadBody_anySizeAndAnyReader(t *testing.T) {
	var buf []byte
	for _, n := range []int{0, 1, 511, 4096, 4097, 12345, MaxPush - 1, MaxPush} {
		want := bytes.Repeat([]byte{byte(n)}, n)
		for _, size := range []int64{-1, int64(n), 0} {
			var err error
			buf, err = readBody(bytes.NewReader(want), size, buf)
			if err != nil || !bytes.Equal(buf, want) {
				t.Errorf("%d bytes, told %d: %d bytes, %v", n, size, len(buf), err)
			}
		}
	}
	for _, size := range []int64{-1, 0, MaxPush + 1} {
		if _, err := readBody(bytes.NewReader(make([]byte, MaxPush+1)), size, nil); !errors.Is(err, errTooLarge) {
			t.Errorf("told %d: %v", size, err)
		}
	}
}

func TestMetrics_labelsOutsideOfTheirLists_areOther(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := NewMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	series, _ := gathered(t, reg)
	m.push("o-an-openid", bot.InputKind(200), "x", 0)
	m.refused(WeChatName, "o-an-openid")
	m.again("o-an-openid")
	after, counted := gathered(t, reg)
	if counted != 1 {
		t.Errorf("%v were counted, one refusal for another reason", counted)
	}
	if after != series {
		t.Errorf("%d series, before %d", after, series)
	}
}

// gathered is how many series there are, and the sum of all counters.
func gathered(t *testing.T, reg *prometheus.Registry) (series int, counted float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		series += len(f.GetMetric())
		for _, m := range f.GetMetric() {
			counted += m.GetCounter().GetValue()
		}
	}
	return series, counted
}
