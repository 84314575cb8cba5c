package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/models"
)

func driveOptions(t *testing.T, f *fakeServer) DriveOptions {
	t.Helper()
	return DriveOptions{Platform: newPlatform(t, f), BaseURL: f.URL, APIKey: "a-key", Campaign: "2017", Citizens: 24, Units: 5, Seed: 7, Concurrency: 4}
}

func TestDrive_honestServer_agreesWithItsScores(t *testing.T) {
	f := newFakeServer(t)
	var bar bytes.Buffer
	o := driveOptions(t, f)
	o.Progress = &bar
	s, err := Drive(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Citizens != 24 || s.Ratings < 24 || s.Ratings > 120 || s.RatedUnits != 5 || s.Changes == 0 || s.Pushes != len(f.pushes) || s.FailedVisits != 0 {
		t.Errorf("summary %+v", s)
	}
	if s.Ratings != len(f.live) || s.Seconds <= 0 || s.MillisMedian <= 0 || s.Millis99 < s.MillisMedian {
		t.Errorf("summary %+v, %d live", s, len(f.live))
	}
	if !strings.Contains(bar.String(), "24/24 citizens") || !strings.HasSuffix(bar.String(), "\n") {
		t.Errorf("progress %q", bar.String())
	}
	if !strings.Contains(s.String(), "24 citizens") {
		t.Errorf("summary %q", s)
	}
}

func TestDrive_everyWay_isUsed(t *testing.T) {
	f := newFakeServer(t)
	if _, err := Drive(t.Context(), driveOptions(t, f)); err != nil {
		t.Fatal(err)
	}
	seen, bodies := map[string]bool{}, map[string]bool{}
	for i, p := range f.pushes {
		switch {
		case p.Event != "":
			seen[p.Event] = true
		case p.Content == "市教育局":
			seen["name"] = true
		case len(p.Content) == 5:
			seen["digits"] = true
		case strings.Contains(p.Content, "，"):
			seen["wide"] = true
		case len(p.Content) == 1:
			seen["digit"] = true
		case p.Mark != "" && strings.Contains(p.Content, "第1题"):
			seen["tap"] = true
		case p.Content == "跳过":
			seen["skip"] = true
		}
		seen["redelivered"] = seen["redelivered"] || bodies[f.bodies[i]]
		bodies[f.bodies[i]] = true
	}
	for _, way := range []string{"subscribe", "SCAN", "name", "digits", "wide", "digit", "tap", "skip", "redelivered"} {
		if !seen[way] {
			t.Errorf("no citizen went by %s", way)
		}
	}
}

func TestDrive_sameSeed_makesTheSameChoicesAsOtherPeople(t *testing.T) {
	f, g := newFakeServer(t), newFakeServer(t)
	o, p := driveOptions(t, f), driveOptions(t, g)
	o.Citizens, p.Citizens, p.Concurrency = 12, 12, 1
	if _, err := Drive(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := Drive(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	votes := func(f *fakeServer) map[string]string {
		byNumber := map[string]string{}
		for who, answers := range f.live {
			_, number, _ := strings.Cut(strings.TrimPrefix(who, "orun_"), "_")
			byNumber[number] = answers
		}
		return byNumber
	}
	if diff := cmp.Diff(votes(f), votes(g)); diff != "" {
		t.Error(diff)
	}
	for _, id := range f.seen() {
		if len(id) != openIDLength {
			t.Errorf("openid %q", id)
		}
	}
	if f.seen()[0] == g.seen()[0] {
		t.Error("two runs share identities")
	}
	other := driveOptions(t, f)
	other.Seed = 8
	before := len(f.live)
	if _, err := Drive(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(votes(f), votes(g)) || len(f.live) == before {
		t.Error("another seed made the same choices")
	}
}

func TestDrive_wrongServer_isFound(t *testing.T) {
	tests := map[string]struct {
		spoil func(*fakeServer)
		want  string
	}{
		"a lost rating": {func(f *fakeServer) {
			f.count = func(answers string, n int) string {
				if n == 5 {
					return ""
				}
				return answers
			}
		}, "ratings grew by"},
		"a changed level": {func(f *fakeServer) {
			f.count = func(answers string, n int) string {
				if n == 5 {
					return "1" + answers[1:]
				}
				return answers
			}
		}, "level 1 grew by"},
		"no receipt": {func(f *fakeServer) {
			f.mangle = func(plain string) string { return strings.Replace(plain, "回执：", "编号：", 1) }
		}, "wanted a receipt"},
		"a receipt twice": {func(f *fakeServer) {
			f.mangle = func(plain string) string {
				return receiptLine.ReplaceAllString(plain, "回执：AAAA-AAAA-AAAA-AAAA")
			}
		}, "given out before"},
		"another unit's summary": {func(f *fakeServer) {
			f.mangle = func(plain string) string {
				return strings.Replace(plain, "请核对您对【市教育局】", "请核对您对【别人】", 1)
			}
		}, "names the unit"},
		"a summary of other answers": {func(f *fakeServer) {
			f.mangle = func(plain string) string {
				return strings.Replace(plain, "1 依法行政：非常满意", "1 依法行政：不满意", 1)
			}
		}, "summary of what was answered"},
		"a missing choice": {func(f *fakeServer) {
			f.mangle = func(plain string) string { return strings.Replace(plain, ">基本满意</a>", ">一般</a>", 1) }
		}, "wanted a choice 基本满意"},
		"a faulty answer": {func(f *fakeServer) {
			f.mangle = func(plain string) string { return strings.Replace(plain, "[text]", "[news]", 1) }
		}, "not_text"},
		"silence where a question belongs": {func(f *fakeServer) {
			f.mangle = func(string) string { return "success" }
		}, "no words"},
		"another answer to a repeat": {func(f *fakeServer) {
			f.respond = func(w http.ResponseWriter, plain string) bool {
				n := len(f.bodies)
				repeated := n > 1 && f.bodies[n-1] == f.bodies[n-2]
				if repeated {
					fmt.Fprint(w, f.wrap(strings.Replace(plain, "已经记下", "早就记下", 1)))
				}
				return repeated
			}
		}, "the first answer to the same push"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFakeServer(t)
			tt.spoil(f)
			o := driveOptions(t, f)
			o.Concurrency, o.Citizens = 1, 12
			_, err := Drive(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(err.Error(), "orun_") {
				t.Error("the error shows an openid")
			}
		})
	}
}

func TestDrive_ratingsOfOthersMeanwhile_areADifference(t *testing.T) {
	f := newFakeServer(t)
	f.count = func(answers string, n int) string {
		if n == 1 {
			f.live["oother/C02"] = "55555"
		}
		return answers
	}
	_, err := Drive(t.Context(), driveOptions(t, f))
	if err == nil || !strings.Contains(err.Error(), "C02: ratings grew by 1, counted here 0") {
		t.Errorf("error %v", err)
	}
}

func TestDrive_notTheDemo_isRefusedBeforeAnyPush(t *testing.T) {
	f := newFakeServer(t)
	f.env = "production"
	_, err := Drive(t.Context(), driveOptions(t, f))
	if models.CodeOf(err) != "not_demo" || len(f.pushes) > 0 {
		t.Errorf("error %v, %d pushes", err, len(f.pushes))
	}
}

func TestDrive_wrongOptions_areInvalid(t *testing.T) {
	f := newFakeServer(t)
	elsewhere, err := NewPlatform(PlatformOptions{Account: testAccount, Target: "http://192.0.2.1/wechat"})
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*DriveOptions){
		"another host":            func(o *DriveOptions) { o.BaseURL = "http://192.0.2.1:8080" },
		"another host's platform": func(o *DriveOptions) { o.Platform = elsewhere },
		"a name":                  func(o *DriveOptions) { o.BaseURL = "http://localhost.example.org" },
		"nobody":                  func(o *DriveOptions) { o.Citizens = 0 },
		"too many":                func(o *DriveOptions) { o.Citizens = maxDriven + 1 },
		"too many at once":        func(o *DriveOptions) { o.Concurrency = maxConcurrency + 1 },
		"no key":                  func(o *DriveOptions) { o.APIKey = "" },
		"no platform":             func(o *DriveOptions) { o.Platform = nil },
	} {
		t.Run(name, func(t *testing.T) {
			o := driveOptions(t, f)
			spoil(&o)
			if _, err := Drive(t.Context(), o); models.KindOf(err) != models.Invalid {
				t.Errorf("error %v", err)
			}
		})
	}
	if len(f.pushes) > 0 {
		t.Error("something was pushed")
	}
}

func TestDrive_wrongKey_isToldWithoutTheKey(t *testing.T) {
	f := newFakeServer(t)
	o := driveOptions(t, f)
	o.APIKey = "another-key"
	_, err := Drive(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "status 401") || strings.Contains(err.Error(), o.APIKey) {
		t.Errorf("error %v", err)
	}
}

func TestDrive_cancelled_stops(t *testing.T) {
	f := newFakeServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.count = func(answers string, n int) string {
		if n == 3 {
			cancel()
		}
		return answers
	}
	s, err := Drive(ctx, driveOptions(t, f))
	if !errors.Is(err, context.Canceled) || s.Citizens == 24 {
		t.Errorf("error %v, summary %+v", err, s)
	}
}

func TestFit_anyPlan_hasALevelAndNoDigitThatSkips(t *testing.T) {
	for number := range 2000 {
		chosen := map[int]bool{}
		for _, in := range planCitizen(3, number, 84) {
			a := in.fit(5)
			if len(a) != 5 || !a.HasLevel() || !a.Complete() {
				t.Fatalf("answers %v", a)
			}
			if in.answer != answerByTap && strings.Contains(a.String(), "-") {
				t.Fatalf("digits %v", a)
			}
			if in.change != chosen[in.unit] || (in.change && in.open != openByName) {
				t.Fatalf("plan %+v", in)
			}
			chosen[in.unit] = true
		}
		if len(chosen) < 1 || len(chosen) > 5 {
			t.Fatalf("%d units", len(chosen))
		}
	}
}

func TestQuantile_nearestRank(t *testing.T) {
	if got := quantile(nil, 50); got != 0 {
		t.Errorf("nothing: %v", got)
	}
	times := driveTimes(1, 2, 3, 4)
	if quantile(times, 50) != 2 || quantile(times, 99) != 4 || quantile(times[:1], 1) != 1 {
		t.Errorf("p50 %v, p99 %v", quantile(times, 50), quantile(times, 99))
	}
}

func driveTimes(millis ...int) []time.Duration {
	times := make([]time.Duration, len(millis))
	for i, n := range millis {
		times[i] = time.Duration(n) * time.Millisecond
	}
	return times
}
