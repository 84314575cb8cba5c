package social

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pingyi/models"
	"pingyi/scoring"
)

func place(field string, row int) string {
	if row < 0 {
		return field
	}
	return field + " row " + string(rune('0'+row))
}

func TestPollEntry_check_namesEveryFault(t *testing.T) {
	good := func() PollEntry {
		return PollEntry{Title: " 投票 ", Signer: "某某", Evidence: "档案 7 号", Rows: []PollRow{{Unit: " A03 ", Votes: [5]int64{1, 2, 3, 4, 5}}}}
	}
	for name, tt := range map[string]struct {
		change func(*PollEntry)
		want   []string
	}{
		"nothing wrong": {func(*PollEntry) {}, nil},
		"at the limits": {func(p *PollEntry) {
			p.Title, p.Signer, p.EvidenceHash = strings.Repeat("票", 255), strings.Repeat("签", 128), strings.Repeat("Ab", 32)
			p.Rows[0].Votes[4] = 1 << 31
		}, nil},
		"empty":        {func(p *PollEntry) { *p = PollEntry{} }, []string{"title", "signer", "evidence", "results"}},
		"too long":     {func(p *PollEntry) { p.Title, p.Signer = strings.Repeat("票", 256), strings.Repeat("签", 129) }, []string{"title", "signer"}},
		"half a hash":  {func(p *PollEntry) { p.EvidenceHash = "abcd" }, []string{"evidence_sha256"}},
		"no id":        {func(p *PollEntry) { p.Replaces = "x" }, []string{"replaces"}},
		"unknown unit": {func(p *PollEntry) { p.Rows[0].Unit = "Z99" }, []string{"results row 0"}},
		"twice":        {func(p *PollEntry) { p.Rows = append(p.Rows, p.Rows[0]) }, []string{"results row 1"}},
		"votes": {func(p *PollEntry) { p.Rows[0].Votes = [5]int64{-1, 0, 0, 0, 1<<31 + 1} }, []string{
			"results row 0", "results row 0",
		}},
	} {
		p := good()
		tt.change(&p)
		var got []string
		for _, f := range p.Check(map[string]bool{"A03": true}, place) {
			got = append(got, f.Place)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPollEntry_record_sameContentSameID(t *testing.T) {
	id := func(change func(*PollEntry)) models.ID {
		p := PollEntry{Title: "投票", Signer: "某某", Evidence: "档案", Rows: []PollRow{{Unit: "A03", Votes: [5]int64{1, 2, 3, 4, 5}}}}
		change(&p)
		r, err := p.Record("city", "2017", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	first := id(func(*PollEntry) {})
	if again := id(func(*PollEntry) {}); again != first {
		t.Error("the same has another id")
	}
	for name, change := range map[string]func(*PollEntry){
		"votes": func(p *PollEntry) { p.Rows[0].Votes[0]++ }, "signer": func(p *PollEntry) { p.Signer = "别人" },
		"replaces": func(p *PollEntry) { p.Replaces = first.String() }, "evidence": func(p *PollEntry) { p.EvidenceHash = strings.Repeat("01", 32) },
	} {
		if id(change) == first {
			t.Errorf("another %s has the same id", name)
		}
	}
}

func TestExcludedNow_theLastEventHolds(t *testing.T) {
	got := ExcludedNow([]ExclusionEvent{
		{Rating: "1", Unit: "A03", Act: ActExclude, Reason: LeftGovernment},
		{Rating: "2", Unit: "A03", Act: ActExclude, Reason: LeftByHand},
		{Rating: "1", Unit: "A03", Act: ActRestore, Reason: LeftByHand},
		{Rating: "3", Unit: "A05", Act: ActExclude, Reason: LeftByHand},
		{Rating: "4", Unit: "A05", Act: ActExclude, Reason: LeftByHand, Withdrawn: true},
		{Rating: "1", Unit: "A03", Act: ActExclude, Reason: LeftByHand},
	})
	want := map[string]map[string]int{"A03": {LeftByHand: 2}, "A05": {LeftByHand: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStatusOf_warning(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for days, want := range map[int]string{300: "none", 336: "30", 359: "7", 364: "1", 366: "ended"} {
		if s := StatusOf(Token{Issued: now.AddDate(0, 0, -days)}, now); s.Warning != want {
			t.Errorf("after %d days: %q, want %q", days, s.Warning, want)
		}
	}
}

// drawn is a social channel: of each unit what stands and what was left out.
type drawn struct {
	method         scoring.Method
	units          []models.Unit
	standing, left [][]models.Level // of one dimension
}

func drawChannel(t *rapid.T) drawn {
	d := drawn{method: scoring.Method{
		ID: "social-sample/1", Points: scoring.Linear(), M: 30, HideBelow: 10, ScarceBelow: 30,
		Official: rapid.SampledFrom([]scoring.Official{scoring.Raw, scoring.Shrunk}).Draw(t, "official"),
	}}
	levels := func(name string, counts ...int) []models.Level {
		n := rapid.SampledFrom(counts).Draw(t, name)
		return rapid.SliceOfN(rapid.SampledFrom([]models.Level{1, 2, 3, 4, 5}), n, n).Draw(t, "levels")
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "units") {
		d.units = append(d.units, models.Unit{Code: fmt.Sprintf("A%02d", i), Class: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "class")})
		d.standing = append(d.standing, levels("standing", 0, 1, 9, 10, 15))
		d.left = append(d.left, levels("left", 0, 0, 1, 9, 10))
	}
	return d
}

// otherwise draws anew what too few raters said: of units with fewer than ten
// ratings, and of the few that are left out of a unit.
func (d drawn) otherwise(t *rapid.T) drawn {
	anew := func(old []models.Level) []models.Level {
		return rapid.SliceOfN(rapid.SampledFrom([]models.Level{1, 2, 3, 4, 5}), len(old), len(old)).Draw(t, "other levels")
	}
	other := d
	other.standing, other.left = nil, nil
	for i := range d.units {
		standing, left := d.standing[i], d.left[i]
		if len(standing) < 10 {
			standing = anew(standing)
		}
		if len(left) < 10 {
			left = anew(left)
		}
		other.standing, other.left = append(other.standing, standing), append(other.left, left)
	}
	return other
}

func (d drawn) compute(t *rapid.T, raw bool) []scoring.UnitScore {
	var tallies []scoring.Tally
	for i, u := range d.units {
		tally := scoring.Tally{Unit: u.Code}
		add := func(levels []models.Level) {
			for _, l := range levels {
				tally.Add(models.Answers{l}, 1)
			}
		}
		add(d.standing[i])
		if raw {
			add(d.left[i])
		}
		tallies = append(tallies, tally)
	}
	scores, err := scoring.Compute(d.method, scoring.WholeMarks(4), 1, d.units, tallies)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

// public is what an auditor sees, as bytes; see the test of the scores for why
// ranks by raw means are left aside.
func (d drawn) public(t *rapid.T) string {
	f := Figures{HideBelow: d.method.HideBelow, Official: d.method.Official}
	raw, filtered := d.compute(t, true), d.compute(t, false)
	for i, u := range d.units {
		f.Units = append(f.Units, UnitFigures{Code: u.Code, Class: u.Class, Raw: FigureOf(&raw[i]), Filtered: FigureOf(&filtered[i])})
	}
	f = f.ForPublic()
	for i := range f.Units {
		if d.method.Official == scoring.Raw {
			f.Units[i].Raw.Rank, f.Units[i].Filtered.Rank = nil, nil
		}
	}
	out, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestForPublic_anyFigures_tellNothingOfWhatFewRatersChose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawChannel(t)
		if diff := cmp.Diff(d.public(t), d.otherwise(t).public(t)); diff != "" {
			t.Errorf("the figures differ: %s", diff)
		}
	})
}

func TestForPublic_enoughLeftOutAndNoHiddenUnit_showsBothFigures(t *testing.T) {
	d := scoring.Decimal(8000)
	figure := func(n int64) Figure { rank := 1; return Figure{n, &d, &d, &rank} }
	f := Figures{Official: scoring.Shrunk, Units: []UnitFigures{
		{Class: "x", Raw: figure(20), Filtered: figure(10)}, {Class: "x", Raw: figure(12), Filtered: figure(12)},
		{Class: "y", Raw: figure(11), Filtered: figure(10)}, {Class: "y", Raw: figure(12), Filtered: figure(12)},
	}}
	got := f.ForPublic()
	if diff := cmp.Diff(f.Units[:2], got.Units[:2]); diff != "" {
		t.Errorf("class x: %s", diff)
	}
	few, beside := got.Units[2], got.Units[3]
	if few.Hidden != "small_n_excluded" || few.Raw != (Figure{Ratings: 11}) || few.Filtered.Points == nil {
		t.Errorf("one of eleven left out: %+v", few)
	}
	if beside.Hidden != scoring.SmallNInClass || beside.Raw.Points != nil || beside.Raw.Mean == nil || beside.Filtered.Points == nil {
		t.Errorf("a unit beside it: %+v", beside)
	}
}
