package scoring

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidate_everyFault_isNamedAtOnce(t *testing.T) {
	m := Method{
		ID: "Mobile", Points: PerLevel{L5: 100, L4: 50, L3: 60, L2: -1, L1: 101}, Weights: []int64{0, 1},
		M: -1, Official: "mean", Handling: 101, HideBelow: 9, ScarceBelow: 5,
	}
	err := m.Validate(5)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{
		"<name>/<version>", "level 1 gives 101", "level 2 gives -1", "level 2 gives fewer points than level 1", "level 4 gives fewer points than level 3",
		"2 weights for 5", "weight 1 is 0", "m is -1", `official is "mean"`, "handling is 101", "hide_below is 9", "scarce_below is 5",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing from:\n%v", want, err)
		}
	}
}

func TestValidate_flatPoints_areRefused(t *testing.T) {
	m := method()
	m.Points = PerLevel{L5: 60, L4: 60, L3: 60, L2: 60, L1: 60}
	if err := m.Validate(5); err == nil || !strings.Contains(err.Error(), "same points") {
		t.Errorf("got %v", err)
	}
}

func TestMethod_json_keepsEveryField(t *testing.T) {
	m := method()
	m.Weights, m.Handling, m.Official = []int64{1, 2, 3, 4, 5}, 20, Shrunk
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"points":{"5":100,"4":80,"3":60,"2":30,"1":0}`) {
		t.Errorf("%s", text)
	}
	var back Method
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, back); diff != "" {
		t.Error(diff)
	}
}

func TestDecimal_text_isStrict(t *testing.T) {
	for d, want := range map[Decimal]string{0: "0.00", 5: "0.05", 763: "7.63", 10000: "100.00", -5: "-0.05", -1234: "-12.34"} {
		if d.String() != want {
			t.Errorf("%d is %s, want %s", int64(d), d, want)
		}
		var back Decimal
		if err := back.UnmarshalText([]byte(want)); err != nil || back != d {
			t.Errorf("%s read as %d, %v", want, int64(back), err)
		}
	}
	for _, bad := range []string{"", ".00", "1", "1.0", "1.000", "01.00", "+1.00", "-0.00", "1,00", "1.-5", "1.00 ", "99999999999999999999.00"} {
		var d Decimal
		if err := d.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q read as %s", bad, d)
		}
	}
}
