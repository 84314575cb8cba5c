package complaints

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestParseContent_ofThisAndOfTheEarlierVersion(t *testing.T) {
	parts := []Part{{Kind: "text", Text: "周三下午窗口没人。"}, {Kind: "picture", MediaID: "m", MediaURL: "u"}}
	at := time.Date(2026, 11, 22, 8, 59, 58, 987e6, time.UTC)
	for name, sealed := range map[string]any{"now": Content{at, parts}, "earlier": parts} {
		b, err := json.Marshal(sealed)
		if err != nil {
			t.Fatal(err)
		}
		want := Content{Parts: parts}
		if name == "now" {
			want.ReceivedAt = at
		}
		if got, err := ParseContent(b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, broken := range []string{"", "x", "[1]", `{"parts":7}`} {
		if _, err := ParseContent([]byte(broken)); err == nil {
			t.Errorf("%q was taken", broken)
		}
	}
}

func TestHour_isTheFullHourBelow(t *testing.T) {
	beijing := time.FixedZone("Asia/Shanghai", 8*60*60)
	for at, want := range map[time.Time]time.Time{
		time.Date(2026, 11, 22, 8, 59, 59, 999e6, time.UTC): time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC):       time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 23, 0, 30, 0, 0, beijing):       time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC),
		{}: {},
	} {
		if got := Hour(at); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
