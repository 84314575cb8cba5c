package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/web/hook"
)

// post sends a body to the API with the key of a role.
func (r *rig) post(t *testing.T, role models.Role, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	return r.call(t, http.MethodPost, target, strings.NewReader(body), "Authorization", "Bearer "+keyFor(role), "Content-Type", "application/json")
}

const onePoll = `{"title":"微博投票","signer":"市委宣传部 某某","evidence":"档案 7 号","results":[{"unit":"A03","votes":[10,5,0,1,2]}]}`

func TestSocialStatus_withoutAToken_saysNull(t *testing.T) {
	w := newRig(t, nil).get(t, models.RoleChannelOwner, apiRoot+"/social/status")
	want := `{"day":"20261122","calls":{"poll":{"spent":3,"limit":72}},"counted":7,"listed":{"no_level":2},"token":null}` + "\n"
	if w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if cc := w.Header().Get("Cache-Control"); cc != "private, no-store" {
		t.Errorf("Cache-Control %q", cc)
	}
}

func TestSocial_withoutAnAccount_is404(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Social = &fakeSocial{none: true} })
	for _, path := range []string{"/social/status", "/social/texts", "/campaigns/2017/social/figures"} {
		wantProblem(t, r.get(t, models.RoleOffice, apiRoot+path), http.StatusNotFound, "no_weibo_account")
	}
}

func TestSocialTexts_pageByPage_everyTextOnce(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 250e6, time.UTC)
	f := &fakeSocial{texts: []social.ListedText{
		{At: at, Kind: social.Comment, Reason: social.NoLevel, Text: "一", Item: models.ID{1}},
		{At: at, Kind: social.Status, Reason: social.UnknownUnit, Text: "二", Item: models.ID{2}},
		{At: at.Add(time.Second), Kind: social.Comment, Reason: social.NoLevel, Text: "三", Item: models.ID{1}},
	}}
	r := newRig(t, func(o *Options) { o.Social = f })
	read := func(query string) (texts string) {
		path := apiRoot + "/social/texts?limit=1" + query
		for range 5 {
			var doc struct {
				Texts []map[string]any
				Next  *string
			}
			w := r.get(t, models.RoleAuditor, path)
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %v %s", w.Code, err, w.Body)
			}
			for _, one := range doc.Texts {
				texts += fmt.Sprint(one["text"])
				if len(one) != 6 {
					t.Errorf("a text shows %v", one)
				}
			}
			if doc.Next == nil {
				return texts
			}
			path = apiRoot + "/social/texts?limit=1" + query + "&cursor=" + *doc.Next
		}
		t.Fatal("the pages do not end")
		return ""
	}
	if all, some := read(""), read("&reason=no_level"); all != "一二三" || some != "一三" {
		t.Errorf("all %q, of one reason %q", all, some)
	}
	wantProblem(t, r.get(t, models.RoleOffice, apiRoot+"/social/texts?reason=nonsense"), http.StatusBadRequest, "bad_reason")
	wantProblem(t, r.get(t, models.RoleOffice, apiRoot+"/social/texts?cursor=nonsense"), http.StatusBadRequest, "bad_cursor")
	wantProblem(t, r.get(t, models.RoleOffice, apiRoot+"/social/texts?limit=0"), http.StatusBadRequest, "bad_limit")
}

func TestSocialFigures_beforeTheClose_onlyTheOffice_afterItNoSmallNumbers(t *testing.T) {
	d := func(n int64) *scoring.Decimal { v := scoring.Decimal(n); return &v }
	figure := func(n int64) social.Figure { return social.Figure{Ratings: n, Mean: d(8000), Points: d(320)} }
	f := &fakeSocial{phase: models.PhaseRating, figures: social.Figures{
		Campaign: "2017", Exclusions: []social.ExclusionEvent{{Rating: "00", Act: social.ActExclude, Reason: social.LeftGovernment}},
		Units: []social.UnitFigures{
			{Code: "A03", Raw: figure(21), Filtered: figure(11), Excluded: map[string]int{social.LeftGovernment: 10}},
			{Code: "A04", Raw: figure(10), Filtered: figure(9), Excluded: map[string]int{social.LeftGovernment: 1}},
		},
	}}
	r := newRig(t, func(o *Options) { o.Social = f })
	const path = apiRoot + "/campaigns/2017/social/figures"
	wantProblem(t, r.get(t, models.RoleAuditor, path), http.StatusForbidden, "scores_sealed")
	wantProblem(t, r.get(t, models.RoleOffice, strings.Replace(path, "2017", "1999", 1)), http.StatusNotFound, "unknown_campaign")
	read := func(role models.Role) (shown shownFigures) {
		w := r.get(t, role, path)
		if err := json.Unmarshal(w.Body.Bytes(), &shown); err != nil || w.Code != http.StatusOK || len(shown.Units) != 2 {
			t.Fatalf("%d %v %s", w.Code, err, w.Body)
		}
		return shown
	}
	if u := read(models.RoleOffice).Units[1]; u.Hidden != "" || u.Filtered.Points == nil || *u.Filtered.Points != "3.20" {
		t.Errorf("the office sees %+v", u)
	}
	f.phase = models.PhaseClosed
	doc := read(models.RoleAuditor)
	if u := doc.Units[0]; u.Hidden != "" || u.Raw.Points == nil || u.Filtered.Points == nil || len(doc.Exclusions) != 1 {
		t.Errorf("the auditor sees of enough ratings %+v", u)
	}
	if u := doc.Units[1]; u.Hidden != scoring.SmallN || u.Raw.Points != nil || u.Filtered.Points != nil || u.Raw.Ratings != 10 {
		t.Errorf("the auditor sees of few ratings %+v", u)
	}
}

// shownFigures is the document as a client reads it.
type shownFigures struct {
	Units []struct {
		Hidden        string
		Raw, Filtered struct {
			Ratings int64
			Points  *string
		}
	}
	Exclusions []social.ExclusionEvent
}

func TestPollResults_entered_oncePerContent(t *testing.T) {
	r := newRig(t, nil)
	const path = apiRoot + "/campaigns/2017/poll-results"
	first := r.post(t, models.RoleChannelOwner, path, onePoll)
	if first.Code != http.StatusCreated {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	if again := r.post(t, models.RoleOffice, path, onePoll); again.Code != http.StatusOK || again.Body.String() != first.Body.String() {
		t.Errorf("again: %d %s, first %s", again.Code, again.Body, first.Body)
	}
	var made social.PollResults
	if err := json.Unmarshal(first.Body.Bytes(), &made); err != nil || made.ID == "" || made.Results[0].Votes != [5]int64{10, 5, 0, 1, 2} {
		t.Fatalf("%v %+v", err, made)
	}
	corrected := strings.Replace(onePoll, "{", `{"replaces":"`+made.ID+`","evidence_sha256":"`+strings.Repeat("ab", 32)+`",`, 1)
	if w := r.post(t, models.RoleOffice, path, corrected); w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), `"evidence_sha256_prefix":"`+strings.Repeat("ab", 16)+`"`) {
		t.Errorf("a correction: %d %s", w.Code, w.Body)
	}
	var doc struct {
		PollResults []social.PollResults `json:"poll_results"`
	}
	w := r.get(t, models.RoleAuditor, path)
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.PollResults) != 2 || doc.PollResults[1].Replaces != made.ID {
		t.Errorf("%v %s", err, w.Body)
	}
	for _, role := range models.Roles() {
		if role != models.RoleOffice && role != models.RoleChannelOwner {
			wantProblem(t, r.post(t, role, path, onePoll), http.StatusForbidden, "forbidden")
		}
	}
	wantProblem(t, r.call(t, http.MethodPost, path, strings.NewReader(onePoll)), http.StatusUnauthorized, "unauthorised")
}

func TestPollResults_pages_eachOnceInTheirOrder(t *testing.T) {
	r := newRig(t, nil)
	const path = apiRoot + "/campaigns/2017/poll-results"
	for _, title := range []string{"甲", "乙", "丙"} {
		if w := r.post(t, models.RoleOffice, path, strings.Replace(onePoll, `"title":"`, `"title":"`+title, 1)); w.Code != http.StatusCreated {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	titles, page := "", path+"?limit=1"
	for range 5 {
		var doc struct {
			PollResults []social.PollResults `json:"poll_results"`
			Next        *string
		}
		w := r.get(t, models.RoleAuditor, page)
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.PollResults) != 1 || !strings.Contains(w.Body.String(), `"next":`) {
			t.Fatalf("%v %s", err, w.Body)
		}
		titles += string([]rune(doc.PollResults[0].Title)[0])
		if doc.Next == nil {
			break
		}
		page = path + "?limit=1&cursor=" + *doc.Next
	}
	if len([]rune(titles)) != 3 || !strings.Contains(titles, "甲") || !strings.Contains(titles, "乙") || !strings.Contains(titles, "丙") {
		t.Errorf("the pages hold %s", titles)
	}
	wantProblem(t, r.get(t, models.RoleOffice, path+"?cursor=nonsense"), http.StatusBadRequest, "bad_cursor")
	wantProblem(t, r.get(t, models.RoleOffice, path+"?limit=201"), http.StatusBadRequest, "bad_limit")
}

func TestPollResults_wrong_everyFaultWithItsPlace(t *testing.T) {
	polls := &fakePolls{}
	r := newRig(t, func(o *Options) { o.Polls = polls })
	const path = apiRoot + "/campaigns/2017/poll-results"
	for name, tt := range map[string]struct {
		body, code string
		places     []string
	}{
		"content": {
			`{"title":" ","signer":"` + strings.Repeat("签", 129) + `","evidence":"","evidence_sha256":"xy","replaces":"7",
			  "results":[{"unit":"A03","votes":[1,2,3,4,-1]},{"unit":"A03","votes":[1,2,3,4,5]},{"unit":"Z99","votes":[1,2,3,4,5]}]}`,
			"bad_poll_results",
			[]string{"body.title", "body.signer", "body.evidence", "body.evidence_sha256", "body.replaces", "body.results[0]", "body.results[1]", "body.results[2]"},
		},
		"form":       {`{"title":7,"signer":"x","evidence":"x","results":[{"unit":"A03","votes":[1,2]}]}`, "bad_body", []string{"body.title", "body.results[0].votes"}},
		"missing":    {`{"signer":"x"}`, "bad_body", []string{"body", "body", "body"}},
		"misspelt":   {strings.Replace(onePoll, `"results"`, `"more":1,"results"`, 1), "bad_body", []string{"body.more"}},
		"no results": {strings.Replace(onePoll, `{"unit":"A03","votes":[10,5,0,1,2]}`, "", 1), "bad_poll_results", []string{"body.results"}},
		"no JSON":    {"x", "bad_body", []string{"body"}},
		"nothing":    {"", "bad_request", nil},
	} {
		w := r.post(t, models.RoleOffice, path, tt.body)
		wantProblem(t, w, http.StatusBadRequest, tt.code)
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		var places []string
		for _, f := range p.Errors {
			places = append(places, f.Location)
		}
		slices.Sort(places)
		slices.Sort(tt.places)
		if !slices.Equal(places, tt.places) {
			t.Errorf("%s: faults at %q, want %q\n%s", name, places, tt.places, w.Body)
		}
	}
	large := strings.Replace(onePoll, "档案", strings.Repeat("档", hook.MaxPush/3), 1)
	if w := r.post(t, models.RoleOffice, path, large); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", w.Code)
	}
	form := r.call(t, http.MethodPost, path, strings.NewReader("title=x"), "Authorization", "Bearer "+keyFor(models.RoleOffice), "Content-Type", "text/secret")
	wantProblem(t, form, http.StatusUnsupportedMediaType, "unsupported_media_type")
	if strings.Contains(form.Body.String(), "secret") {
		t.Errorf("the value came back: %s", form.Body)
	}
	if len(polls.kept) != 0 {
		t.Errorf("%d were entered", len(polls.kept))
	}
}
