package social

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/models"
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
