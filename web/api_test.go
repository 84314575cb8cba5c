package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
)

func TestAPI_withoutOrWrongKey_is401AndRunsNothing(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Scores = &fakeScores{err: errors.New("must not be asked")} })
	for name, head := range map[string][]string{
		"none":       nil,
		"wrong":      {"Authorization", "Bearer nonsense"},
		"empty":      {"Authorization", "Bearer "},
		"scheme":     {"Authorization", "Basic " + keyFor(models.RoleOffice)},
		"bare":       {"Authorization", keyFor(models.RoleOffice)},
		"two":        {"Authorization", "Bearer " + keyFor(models.RoleOffice), "Authorization", "Bearer " + keyFor(models.RoleOffice)},
		"longer":     {"Authorization", "Bearer " + strings.Repeat("k", maxKeyBytes+1)},
		"other head": {"X-Api-Key", keyFor(models.RoleOffice)},
	} {
		for _, path := range []string{"/campaigns", "/campaigns/2017/scores?channel=mobile", "/complaints"} {
			t.Run(name+path, func(t *testing.T) {
				w := r.call(t, http.MethodGet, apiRoot+path, nil, head...)
				wantProblem(t, w, http.StatusUnauthorized, "unauthorised")
				if got := w.Header().Get("WWW-Authenticate"); got != `Bearer realm="pingyi"` {
					t.Errorf("WWW-Authenticate %q", got)
				}
				if n := strings.Count(w.Body.String(), "about:blank"); n != 1 {
					t.Errorf("%d documents in one answer: %s", n, w.Body)
				}
			})
		}
	}
	if strings.Contains(r.log.String(), "must not be asked") {
		t.Error("the operation ran without a key")
	}
}

func TestAPI_schemeIsCaseInsensitive(t *testing.T) {
	r := newRig(t, nil)
	if w := r.call(t, http.MethodGet, apiRoot+"/campaigns", nil, "Authorization", "bearer "+keyFor(models.RoleReader)); w.Code != http.StatusOK {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestAPI_keysOutOfOrder_is503AndNot401(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Keys = fakeKeys{err: models.Errorf(models.Unavailable, "unavailable", "no database")}
	})
	wantProblem(t, r.get(t, models.RoleOffice, apiRoot+"/campaigns"), http.StatusServiceUnavailable, "unavailable")
}

func TestAPI_rolesAreDenyByDefault(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Scores, o.Social = &fakeScores{doc: sample(), phase: models.PhaseClosed}, &fakeSocial{phase: models.PhaseClosed}
	})
	office := []models.Role{models.RoleOffice, models.RoleAuditor}
	watchers := []models.Role{models.RoleOffice, models.RoleAuditor, models.RoleChannelOwner}
	for path, allowed := range map[string][]models.Role{
		"/campaigns":                                 models.Roles(),
		"/campaigns/2017/scores?channel=mobile":      models.Roles(),
		"/campaigns/2017/scores.csv?channel=mobile":  models.Roles(),
		"/campaigns/2017/scores.xlsx?channel=mobile": models.Roles(),
		"/complaints":                                office,
		"/social/status":                             watchers,
		"/social/texts":                              office,
		"/campaigns/2017/social/figures":             office,
		"/campaigns/2017/poll-results":               watchers,
	} {
		for _, role := range models.Roles() {
			w := r.get(t, role, apiRoot+path)
			switch ok := slices.Contains(allowed, role); {
			case ok && w.Code != http.StatusOK:
				t.Errorf("%s for %s: %d %s", path, role, w.Code, w.Body)
			case !ok:
				wantProblem(t, w, http.StatusForbidden, "forbidden")
			}
		}
	}
}

func TestAPI_unknownInput_isAProblem(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Scores = &fakeScores{doc: sample(), phase: models.PhaseRating} })
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/campaigns/2018/scores?channel=mobile", 404, "unknown_campaign"},
		{"GET", "/campaigns/2018/scores.csv?channel=mobile", 404, "unknown_campaign"},
		{"GET", "/campaigns/2017/scores?channel=fax", 404, "unknown_channel"},
		{"GET", "/campaigns/2017/scores", 400, "channel_required"},
		{"GET", "/campaigns/2017/scores?channel=", 400, "channel_required"},
		{"GET", "/campaigns/2017/scores.csv", 400, "channel_required"},
		{"GET", "/campaigns/2017/scores.xlsx", 400, "channel_required"},
		{"GET", "/campaigns/2017/scores?channel=mobile&chanel=mobile", 400, "unknown_parameter"},
		{"GET", "/complaints?limit=0", 400, "bad_limit"},
		{"GET", "/complaints?limit=201", 400, "bad_limit"},
		{"GET", "/complaints?limit=ten", 400, "bad_limit"},
		{"GET", "/complaints?cursor=nonsense", 400, "bad_cursor"},
		{"GET", "/complaints?cursor=" + strings.Repeat("A", 32), 400, "bad_cursor"},
		{"GET", "/complaints?cursor=" + strings.Repeat("A", 100), 400, "bad_cursor"},
		{"GET", "/campaigns?cursor=!", 400, "bad_cursor"},
		{"GET", "/nothing", 404, "not_found"},
		{"GET", "/campaigns/2017", 404, "not_found"},
		{"GET", "/campaigns/", 404, "not_found"},
		{"POST", "/campaigns", 405, "method_not_allowed"},
		{"DELETE", "/complaints", 405, "method_not_allowed"},
	} {
		t.Run(c.method+c.path, func(t *testing.T) {
			w := r.call(t, c.method, apiRoot+c.path, nil, "Authorization", "Bearer "+keyFor(models.RoleOffice))
			wantProblem(t, w, c.status, c.code)
		})
	}
}

func TestAPI_inputFault_doesNotSendTheValueBack(t *testing.T) {
	r := newRig(t, nil)
	w := r.get(t, models.RoleOffice, apiRoot+"/complaints?limit=13800001234")
	wantProblem(t, w, http.StatusBadRequest, "bad_limit")
	if strings.Contains(w.Body.String(), "13800001234") {
		t.Errorf("the value came back: %s", w.Body)
	}
}

func TestAPI_internalError_isLoggedAndNotShown(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Scores = &fakeScores{err: errors.New("table on fire")} })
	w := r.get(t, models.RoleOffice, apiRoot+"/campaigns/2017/scores?channel=mobile")
	wantProblem(t, w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "fire") || !strings.Contains(r.log.String(), "table on fire") {
		t.Errorf("answer %s, log %s", w.Body, r.log)
	}
}

// sample is the worked example of three ratings, and a unit that nobody rated.
func sample() scoring.Scores {
	rank := 1
	dec := func(d scoring.Decimal) *scoring.Decimal { return &d }
	return scoring.Scores{
		Campaign: "2017", Channel: models.Mobile, FullMarks: scoring.WholeMarks(10), Method: "maanshan-2017-mobile/1",
		AsOf: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), HideBelow: 10,
		Units: []scoring.UnitScore{
			{
				Code: "A01", Name: "市发改委 <a&b>", Class: "政府部门", Ratings: 3,
				Mean: dec(7633), Points: dec(763), ShrunkMean: dec(7633), Rank: &rank, Levels: &scoring.PerLevel{L5: 5, L4: 4, L3: 1, L2: 1, L1: 1},
				Satisfied: &scoring.Satisfied{Answers: 12, Share: 75, Low: 26, High: 96},
			},
			{Code: "A02", Name: "市教育局", Class: "政府部门", Levels: &scoring.PerLevel{}},
		},
	}
}

const goldenScores = `{"campaign":"2017","channel":"mobile","full_marks":"10","method":"maanshan-2017-mobile/1","final":false,"as_of":"2026-11-22T08:00:00Z","units":[` +
	`{"code":"A01","name":"市发改委 <a&b>","class":"政府部门","ratings":3,"mean":"76.33","points":"7.63","shrunk_mean":"76.33","rank":1,` +
	`"levels":{"5":5,"4":4,"3":1,"2":1,"1":1},"satisfied":{"answers":12,"share":"0.75","low":"0.26","high":"0.96"},` +
	`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}},` +
	`{"code":"A02","name":"市教育局","class":"政府部门","ratings":0,"mean":null,"points":null,"shrunk_mean":null,"rank":null,` +
	`"levels":{"5":0,"4":0,"3":0,"2":0,"1":0},"satisfied":null,` +
	`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}}]}`

func TestScores_forTheOffice_isTheDocumentToTheLetter(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Scores = &fakeScores{doc: sample(), phase: models.PhaseRating} })
	w := r.get(t, models.RoleOffice, apiRoot+"/campaigns/2017/scores?channel=mobile")
	if diff := cmp.Diff(goldenScores+"\n", w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, -want +got:\n%s", w.Code, diff)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Cache-Control": "private, no-cache", "Vary": "Authorization", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestScores_beforeTheClose_areSealedForEverybodyButTheOffice(t *testing.T) {
	for _, phase := range []models.Phase{models.PhaseDraft, models.PhasePublicity, models.PhaseRating, "", "new"} {
		r := newRig(t, func(o *Options) { o.Scores = &fakeScores{doc: sample(), phase: phase} })
		for _, suffix := range []string{"", ".csv", ".xlsx"} {
			for _, role := range models.Roles() {
				w := r.get(t, role, apiRoot+"/campaigns/2017/scores"+suffix+"?channel=mobile")
				if role == models.RoleOffice {
					if w.Code != http.StatusOK {
						t.Errorf("office in %q: %d", phase, w.Code)
					}
					continue
				}
				wantProblem(t, w, http.StatusForbidden, "scores_sealed")
				if w.Header().Get("ETag") != "" {
					t.Errorf("the ETag of sealed scores tells when they change")
				}
			}
		}
	}
}

func TestScores_afterTheClose_hideSmallNumbersOutsideTheOffice(t *testing.T) {
	for _, phase := range []models.Phase{models.PhaseClosed, models.PhaseSettled, models.PhasePublished} {
		r := newRig(t, func(o *Options) { o.Scores = &fakeScores{doc: sample(), phase: phase} })
		const path = apiRoot + "/campaigns/2017/scores?channel=mobile"
		public, office := r.get(t, models.RoleReader, path), r.get(t, models.RoleOffice, path)
		var doc struct{ Units []map[string]any }
		if err := json.Unmarshal(public.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		u := doc.Units[0]
		if u["points"] != nil || u["mean"] != nil || u["rank"] != nil || u["satisfied"] != nil || u["hidden"] != "small_n" || u["ratings"] != 3.0 {
			t.Errorf("in %s: %v", phase, u)
		}
		if office.Body.String() != goldenScores+"\n" {
			t.Errorf("the office sees %s", office.Body)
		}
		if a, b := public.Header().Get("ETag"), office.Header().Get("ETag"); a == b {
			t.Errorf("two documents, one ETag %s", a)
		}
	}
}

func TestScores_files_areWhatTheCallerMaySee(t *testing.T) {
	doc := sample()
	doc.Campaign = "2017\"\r\nX: y"
	r := newRig(t, func(o *Options) { o.Scores = &fakeScores{doc: doc, phase: models.PhaseClosed} })
	for _, c := range []struct{ suffix, media, file string }{
		{"csv", "text/csv; charset=utf-8", `attachment; filename="scores-2017---X--y-mobile.csv"`},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `attachment; filename="scores-2017---X--y-mobile.xlsx"`},
	} {
		w := r.get(t, models.RoleOffice, apiRoot+"/campaigns/2017/scores."+c.suffix+"?channel=mobile")
		if h := w.Header(); h.Get("Content-Type") != c.media || h.Get("Content-Disposition") != c.file || h.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("head %v", h)
		}
		if c.suffix == "xlsx" && !strings.HasPrefix(w.Body.String(), "PK") {
			t.Errorf("a workbook begins %.10q", w.Body)
		}
	}
	const head = "\uFEFFcode,name,class,ratings,mean,points,shrunk_mean,rank\r\n"
	for role, row := range map[models.Role]string{
		models.RoleOffice: "A01,市发改委 <a&b>,政府部门,3,76.33,7.63,76.33,1\r\n", models.RoleReader: "A01,市发改委 <a&b>,政府部门,3,,,,\r\n",
	} {
		got := r.get(t, role, apiRoot+"/campaigns/2017/scores.csv?channel=mobile").Body.String()
		if want := head + row + "A02,市教育局,政府部门,0,,,,\r\n"; got != want {
			t.Errorf("%s: %q, want %q", role, got, want)
		}
	}
}

func TestScores_etag_holdsWhileOnlyTheTimeMoves(t *testing.T) {
	scores := &fakeScores{doc: sample(), phase: models.PhaseRating}
	r := newRig(t, func(o *Options) { o.Scores = scores })
	seen := map[string]bool{}
	for _, suffix := range []string{"", ".csv", ".xlsx"} {
		path := apiRoot + "/campaigns/2017/scores" + suffix + "?channel=mobile"
		scores.doc = sample()
		tag := r.get(t, models.RoleOffice, path).Header().Get("ETag")
		if tag == "" || seen[tag] {
			t.Fatalf("ETag %q of %q", tag, suffix)
		}
		seen[tag] = true
		scores.doc.AsOf = scores.doc.AsOf.Add(time.Hour)
		for _, given := range []string{tag, `"x", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
			w := r.get(t, models.RoleOffice, path, "If-None-Match", given)
			if w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
				t.Errorf("%s with %s: %d %q", suffix, given, w.Code, w.Body)
			}
		}
		scores.doc.Units[0].Ratings++
		if w := r.get(t, models.RoleOffice, path, "If-None-Match", tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag {
			t.Errorf("%s after a change: %d %s", suffix, w.Code, w.Header().Get("ETag"))
		}
	}
}

func TestCampaigns_pageByCursor(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
	rows := fakeCampaigns{
		{ID: "2019", Title: "2019年", Phase: models.PhaseDraft, From: from, To: from},
		{ID: "2018", Title: "2018年", Phase: models.PhasePublicity, From: from, To: from, Channels: []models.Channel{models.Mobile, models.Social}},
		{ID: "2017", Title: "2017年度政风行风评议", Phase: models.PhaseRating, From: from, To: from.AddDate(1, 0, 0), Channels: []models.Channel{models.Mobile}},
	}
	r := newRig(t, func(o *Options) { o.Campaigns = rows })
	first := r.get(t, models.RoleReader, apiRoot+"/campaigns?limit=2")
	var p struct{ Next *string }
	if err := json.Unmarshal(first.Body.Bytes(), &p); err != nil || p.Next == nil {
		t.Fatalf("%v: %s", err, first.Body)
	}
	if !strings.Contains(first.Body.String(), `"channels":[]`) {
		t.Errorf("a campaign without channels: %s", first.Body)
	}
	last := r.get(t, models.RoleReader, apiRoot+"/campaigns?limit=2&cursor="+url.QueryEscape(*p.Next))
	const want = `{"campaigns":[{"id":"2017","title":"2017年度政风行风评议","phase":"rating","rating_from":"2026-10-31T16:00:00Z",` +
		`"rating_to":"2027-10-31T16:00:00Z","channels":["mobile"]}],"next":null}` + "\n"
	if diff := cmp.Diff(want, last.Body.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := last.Header().Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestCampaigns_none_isAnEmptyList(t *testing.T) {
	r := newRig(t, nil)
	for path, want := range map[string]string{
		"/campaigns": `{"campaigns":[],"next":null}`, "/complaints": `{"complaints":[],"next":null}`,
	} {
		if got := strings.TrimSpace(r.get(t, models.RoleOffice, apiRoot+path).Body.String()); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestComplaints_pageByCursor_everyRowOnceAlsoWithinOneMoment(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 123456000, time.UTC)
	var rows fakeComplaints
	for i := range 7 { // three received in one microsecond
		r := complaints.Record{
			ID: models.ID{byte(100 - i)}, No: fmt.Sprintf("20261122-%04d", i), Unit: "A01", Kind: "delay",
			Channel: models.Mobile, State: complaints.Received, At: at.Add(-time.Duration(max(0, i-2)) * time.Minute), Since: at,
		}
		rows = append(rows, r)
	}
	r := newRig(t, func(o *Options) { o.Complaints = rows })
	var got []string
	cursor := ""
	for range 10 {
		w := r.get(t, models.RoleAuditor, apiRoot+"/complaints?limit=2&cursor="+cursor)
		var p struct {
			Complaints []struct{ No string }
			Next       *string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		for _, c := range p.Complaints {
			got = append(got, c.No)
		}
		if p.Next == nil {
			break
		}
		cursor = *p.Next
	}
	var want []string
	for _, r := range rows {
		want = append(want, r.No)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestComplaints_showNoMoreThanTheFieldsOfTheContract(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 1, time.UTC)
	r := newRig(t, func(o *Options) {
		o.Complaints = fakeComplaints{{
			ID: models.ID{1}, No: "20261122-0001", Kind: "other", Channel: models.Mobile, State: complaints.Handling, At: at, Since: at.Add(time.Hour), Campaign: "2017",
		}}
	})
	const want = `{"complaints":[{"id":"01000000000000000000000000000000","no":"20261122-0001","unit":"","kind":"other","channel":"mobile",` +
		`"state":"handling","received_at":"2026-11-22T08:00:00Z","since":"2026-11-22T09:00:00Z"}],"next":null}` + "\n"
	if diff := cmp.Diff(want, r.get(t, models.RoleOffice, apiRoot+"/complaints").Body.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
