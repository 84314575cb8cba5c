package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pingyi/internal/bounds"
	"pingyi/models"
	"pingyi/scoring"
)

func shippedProfile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("profiles/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mustProfile(t testing.TB, name string) scoring.Programme {
	t.Helper()
	p, err := LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadProfile_everyShippedOne_isAValidSample(t *testing.T) {
	names := Profiles()
	if len(names) == 0 {
		t.Fatal("none is shipped")
	}
	for _, name := range names {
		p := mustProfile(t, name)
		if p.ID != name || !p.Sample {
			t.Errorf("%s: id %s, sample %v", name, p.ID, p.Sample)
		}
		for _, m := range p.Methods {
			if m.Notice() != scoring.SampleNotice {
				t.Errorf("%s: method %s does not say that nobody issued it", name, m.ID)
			}
		}
	}
}

func TestLoadProfile_maanshan2017_isTheNoticesTable(t *testing.T) {
	p := mustProfile(t, "maanshan-2017")
	got := map[models.Channel]int{}
	groups := map[string]int{}
	var collected []string
	for _, c := range p.Channels {
		n := int(c.FullMarks.Float())
		got[c.Channel] = n
		group, _, _ := strings.Cut(string(c.Channel), "-")
		groups[group] += n
		if c.Collected {
			collected = append(collected, string(c.Channel)+" "+c.Method)
		}
	}
	want := map[string]int{
		"mobile": 10, "work": 28, "hotline": 32, "deputies": 4, "cppcc": 4, "web": 5, "social": 4, "tv": 3, "counties": 10,
	}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"mobile maanshan-2017-mobile/1", "social maanshan-2017-social/1"}, collected); diff != "" {
		t.Error(diff)
	}
	if title := p.TitleOf(2017); title != "2017年度政风行风评议" {
		t.Error(title)
	}
	if got[models.Mobile] != 10 || p.Channels[0].Owner != "市纠风办" || p.Channels[1].Owner != "市委宣传部" {
		t.Errorf("%+v", p.Channels[:2])
	}
}

func TestLoadProfile_maanshan2017_methodsAreAsStated(t *testing.T) {
	p := mustProfile(t, "maanshan-2017")
	for id, handling := range map[string]int64{"maanshan-2017-mobile/1": 0, "maanshan-2017-social/1": 0, "rated-and-handled/1": 20} {
		want := scoring.Method{
			ID: id, Sample: true, Points: scoring.Convex(), M: 30, Official: scoring.Raw, Handling: handling, HideBelow: 10, ScarceBelow: 30,
		}
		if id == "maanshan-2017-social/1" {
			want.Public, want.LeaveOut = true, scoring.LeaveOut{Government: true, Younger: true}
		}
		got, _ := p.Method(id)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if _, found := p.Method("maanshan-2017-mobile/2"); found {
		t.Error("found a method that is not there")
	}
}

func TestLoadProfile_maanshan2017_questionsAreApartByUnitType(t *testing.T) {
	p := mustProfile(t, "maanshan-2017")
	titles := []string{"依法行政、守法诚信", "政风建设、行风建设", "廉洁从政、廉洁从业", "政务公开、办事公开", "系统建设、行业管理"}
	seen := map[string]models.UnitType{}
	for _, unitType := range ratedTypes() {
		set := p.Dimensions[unitType]
		if len(set) != p.Dims() || len(set) != len(titles) {
			t.Fatalf("%s has %d dimensions", unitType, len(set))
		}
		for i, d := range set {
			if d.Title != titles[i] {
				t.Errorf("%s %d is %s", unitType, i+1, d.Title)
			}
			if other, twice := seen[d.Question]; twice {
				t.Errorf("%s asks %s as %s does", unitType, d.Question, other)
			}
			seen[d.Question] = unitType
			if n := utf8.RuneCountInString(d.Question); n > 24 || !strings.HasSuffix(d.Question, "？") {
				t.Errorf("%s (%d characters) is no short question", d.Question, n)
			}
		}
	}
}

func TestSampleUnits_classes_areTheProfilesClasses(t *testing.T) {
	p := mustProfile(t, "maanshan-2017")
	lines := strings.Split(strings.TrimSpace(string(SampleUnits())), "\n")
	if lines[0] != "code,name,class,type,superior,aliases,parent,phone,promise" || len(lines) != 1+84+4 {
		t.Fatalf("%d lines, the head is %s", len(lines), lines[0])
	}
	for _, l := range lines[1:] {
		if class := strings.Split(l, ",")[2]; !strings.Contains(strings.Join(p.Classes, "|"), class) {
			t.Errorf("%s is in no class of the profile", l)
		}
	}
	SampleUnits()[0] = 'X'
	if SampleUnits()[0] != 'c' {
		t.Error("a caller can change the sample")
	}
}

func TestSchedule_phases_followTheRatingWindow(t *testing.T) {
	from := time.Date(2017, 5, 1, 0, 0, 0, 0, time.UTC)
	day := func(month time.Month, d int) time.Time { return time.Date(2017, month, d, 0, 0, 0, 0, time.UTC) }
	phases := scoring.Phases{Publicity: 30, Rating: 10, Appeal: 15, Settlement: 5}
	want := scoring.Schedule{Publicity: day(4, 1), Rating: from, Closed: day(5, 11), Settled: day(5, 26), Published: day(5, 31)}
	if diff := cmp.Diff(want, phases.Schedule(from, time.Time{})); diff != "" {
		t.Error(diff)
	}
	want.Closed, want.Settled, want.Published = day(5, 2), day(5, 17), day(5, 22)
	if diff := cmp.Diff(want, phases.Schedule(from, day(5, 2))); diff != "" {
		t.Error(diff)
	}
}

func TestLoadProfile_ownFile_isReadByItsPath(t *testing.T) {
	name := filepath.Join(t.TempDir(), "county.yaml")
	text := strings.Replace(shippedProfile(t, "maanshan-2017"), "id: maanshan-2017\n", "id: county\n", 1)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := mustProfile(t, name); p.ID != "county" {
		t.Error(p.ID)
	}
	if _, err := LoadProfile("county"); err == nil || !strings.Contains(err.Error(), "maanshan-2017") {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := LoadProfile(name + ".yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestParseProfile_byteOrderMarkAndClassForms_areTaken(t *testing.T) {
	text := "\ufeff" + strings.Replace(shippedProfile(t, "maanshan-2017"), "classes: [政府部门,", "classes: [政府　部⻔,", 1)
	p, err := ParseProfile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"政府部门", "社会团体", "公共服务行业"}, p.Classes); diff != "" {
		t.Error(diff)
	}
}

// The city's own copy is what it is by the paper that it names; a copied sample: true
// says nothing.
func TestParseProfile_issuedByAPaper_isNoSampleAndEveryMethodNamesIt(t *testing.T) {
	const paper = "issued: {body: 市纠风办, number: 马纠办〔2017〕3号, date: 2017-04-20}\n"
	p, err := ParseProfile([]byte(paper + shippedProfile(t, "maanshan-2017")))
	if err != nil {
		t.Fatal(err)
	}
	if p.Sample {
		t.Error("it is a sample")
	}
	for _, m := range p.Methods {
		if got := m.Notice(); got != "依据 市纠风办 马纠办〔2017〕3号（2017年4月20日）" {
			t.Errorf("%s says %q", m.ID, got)
		}
	}
	unsaid := strings.ReplaceAll(shippedProfile(t, "maanshan-2017"), "sample: true\n", "sample: false\n")
	if p, err = ParseProfile([]byte(unsaid)); err != nil || !p.Sample || p.Methods[0].Notice() != scoring.SampleNotice {
		t.Errorf("without a paper: sample %v, %q, %v", p.Sample, p.Methods[0].Notice(), err)
	}
}

func TestParseProfile_methodWithoutFigures_getsTheDefaults(t *testing.T) {
	text := shippedProfile(t, "maanshan-2017") + "  - {id: short/2, points: {5: 100, 4: 75, 3: 50, 2: 25, 1: 0}, weights: [1, 2, 3, 4, 5]}\n"
	p, err := ParseProfile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := scoring.Method{
		ID: "short/2", Sample: true, Points: scoring.Linear(), Weights: []int64{1, 2, 3, 4, 5}, M: 30, Official: scoring.Raw, HideBelow: 10, ScarceBelow: 30,
	}
	got, _ := p.Method("short/2")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseProfile_badProfile_namesTheFault(t *testing.T) {
	good := shippedProfile(t, "maanshan-2017")
	for name, tt := range map[string]struct{ old, with, want string }{
		"no YAML":             {good, "a: [", "line 1: "},
		"empty":               {good, "", "id: is \"\""},
		"class in two forms":  {"classes: [政府部门,", "classes: [政府部門, 政府部门,", "classes[1]: stands there twice"},
		"paper without body":  {"sample: true\n\n", "issued: {number: x, date: 2017-04-20}\n\n", "issued.body: is missing"},
		"paper of no day":     {"sample: true\n\n", "issued: {body: x, number: x, date: 四月}\n\n", `issued.date: is "四月"`},
		"two documents":       {"id: maanshan-2017\n", "id: x\n---\nid: maanshan-2017\n", "more than one YAML document"},
		"unknown field":       {"sample: true\n\n", "sample: true\ncolour: red\n\n", `line 8: unknown field "colour"`},
		"unknown inner field": {"full_marks: 10, collected: true", "full_marks: 10, colected: true", `unknown field "colected"`},
		"doubled field":       {"sample: true\n\n", "sample: true\nsample: true\n\n", "line 8: "},
		"doubled level":       {"5: 100, 4: 80", "5: 100, 5: 80", "line "},
		"wrong type":          {"publicity: 30", "publicity: soon", "line 11: "},
		"marks of 99":         {"title: 移动手机端测评, owner: 市纠风办, assisting: [市报社], full_marks: 10", "title: 移动手机端测评, owner: 市纠风办, full_marks: 9", "channels: the full marks total 99; expected exactly 100"},
		"marks of 101":        {"full_marks: 3}", "full_marks: 4}", "channels: the full marks total 101; expected exactly 100"},
		"no marks":            {"full_marks: 3}", "full_marks: 0}", "channels[15].full_marks: is 0"},
		"marks of a word":     {"full_marks: 3}", "full_marks: three}", "are no marks such as 10 or 4.5"},
		"marks too fine":      {"full_marks: 3}", "full_marks: 3.005}", "are no marks such as 10 or 4.5"},
		"broken marks of 101": {"full_marks: 3}", "full_marks: 3.5}", "channels: the full marks total 100.5; expected exactly 100"},
		"no title":            {`"{year}年度政风行风评议"`, `""`, "title: is missing"},
		"no year":             {`"{year}年度政风行风评议"`, `评议`, "title: expected {year} once"},
		"two lines":           {`"{year}年度政风行风评议"`, `"{year}\n评议"`, "title: holds a line break"},
		"no rating":           {"rating: 60", "rating: 0", "phases.rating: is 0 days; expected 1 to 366"},
		"class twice":         {"[政府部门, 社会团体", "[政府部门, 政府部门", "classes[1]: stands there twice"},
		"no classes":          {"[政府部门, 社会团体, 公共服务行业]", "[]", "classes: are 0"},
		"type unknown":        {"  service:\n", "  office:\n", `dimensions: "office" is no unit type`},
		"set missing":         {"  service:\n", "  window:\n", "dimensions.service: has 0 dimensions, government 5"},
		"set shorter":         {"    - title: 依法行政、守法诚信\n      question: 收费、合同讲不讲规矩，答应的算不算数？\n", "", "dimensions.service: has 4 dimensions, government 5"},
		"receipt in question": {"说话算不算数", "给不给回执", "dimensions.government[0]: must not hold the word 回执"},
		"question too long":   {"说话算不算数", strings.Repeat("说话算不算数", 11), "dimensions.government[0].question: has "},
		"channel twice":       {"channel: tv", "channel: web", `channels[15].channel: "web" stands there twice`},
		"bad channel":         {"channel: tv", "channel: TV", `channels[15].channel: is "TV"`},
		"no owner":            {"owner: 市纠风办, assisting", "assisting", "channels[0].owner: is missing"},
		"method unknown":      {"method: maanshan-2017-mobile/1}", "method: other/1}", `channels[0].method: "other/1" is none`},
		"imported, a method":  {"full_marks: 3}", "full_marks: 3, method: maanshan-2017-mobile/1}", "channels[15].method: an imported channel"},
		"collected, not ours": {"full_marks: 3}", "full_marks: 3, collected: true, method: maanshan-2017-mobile/1}", "channels[15].collected: only mobile and social"},
		"method twice":        {"id: rated-and-handled/1", "id: maanshan-2017-social/1", `methods[2]: "maanshan-2017-social/1" stands there twice`},
		"level missing":       {"1: 0}\n    m: 30\n    official: raw\n    handling: 20", "6: 0}\n    m: 30\n    official: raw\n    handling: 20", "methods[2].points: lacks level 1"},
		"level too many":      {"1: 0}\n    m: 30\n    official: raw\n    handling: 20", "1: 0, 0: 0}\n    m: 30\n    official: raw\n    handling: 20", "methods[2].points: has 6 levels"},
		"weights too few":     {"handling: 20", "handling: 20\n    weights: [1, 2]", `2 weights for 5 dimensions`},
		"handling above one":  {"handling: 20", "handling: 101", "handling is 101"},
		"hide too few":        {"handling: 20", "handling: 20\n    hide_below: 5", "hide_below is 5"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("the shipped profile lacks %q", tt.old)
			}
			_, err := ParseProfile([]byte(strings.Replace(good, tt.old, tt.with, 1)))
			var faults Faults
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant it to say %q", err, tt.want)
			}
		})
	}
}

// A channel may be worth 4.5 of the 100, exactly.
func TestParseProfile_brokenMarks_areExact(t *testing.T) {
	text := strings.NewReplacer("owner: 市委宣传部, full_marks: 4", "owner: 市委宣传部, full_marks: 4.55", "full_marks: 3}", "full_marks: 2.45}").
		Replace(shippedProfile(t, "maanshan-2017"))
	p, err := ParseProfile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Channels[1].FullMarks.String(); got != "4.55" {
		t.Errorf("got %s", got)
	}
}

func TestParseProfile_severalFaults_areNamedAtOnce(t *testing.T) {
	text := strings.NewReplacer("id: maanshan-2017\n", "id: Maanshan 2017\n", "full_marks: 3}", "full_marks: 4}", "rating: 60", "rating: 400").
		Replace(shippedProfile(t, "maanshan-2017"))
	_, err := ParseProfile([]byte(text))
	want := Faults{
		{"id", `is "Maanshan 2017"; expected 1 to 32 lower case letters, digits and hyphens`},
		{"phases.rating", "is 400 days; expected 1 to 366"},
		{"channels", "the full marks total 101; expected exactly 100"},
	}
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Error(diff)
	}
}

func TestParseProfile_tooLarge_isRefused(t *testing.T) {
	if _, err := ParseProfile([]byte(strings.Repeat("#", maxProfileBytes+1))); err == nil {
		t.Error("taken")
	}
}

// The YAML library panics on this text.
func TestParseProfile_tagWhereAListStands_isAFault(t *testing.T) {
	_, err := ParseProfile([]byte("classes: !t x\n"))
	var faults Faults
	if !errors.As(err, &faults) {
		t.Errorf("got %v", err)
	}
}

// profileLimit is wide: the YAML library takes the square of the length of some
// lines, and a profile is the operator's own file.
var profileLimit = bounds.Limit{Time: time.Second, Bytes: 16 << 20}

func FuzzProfile(f *testing.F) {
	f.Add([]byte(shippedProfile(f, "maanshan-2017")))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("classes: !t x\n"))
	f.Add([]byte("5: 1\nid: x\n"))
	f.Add([]byte("methods: [{points: {5: 100}}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 8<<10 {
			return
		}
		var p scoring.Programme
		var err error
		bounds.Hold(t, profileLimit, func() { p, err = ParseProfile(text) })
		if err != nil {
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("got %v", err)
			}
			return
		}
		var total scoring.Marks
		for _, c := range p.Channels {
			total = total.Plus(c.FullMarks)
		}
		if total != scoring.WholeMarks(Total) || p.Dims() == 0 {
			t.Fatalf("took %+v", p)
		}
	})
}
