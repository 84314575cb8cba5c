package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"pingyi/models"
	"pingyi/social"
)

// Who sees the public side of a Weibo account. How its owner's calls and token
// stand tells no score; what did not count, and the figures, are the office's and
// its auditors'.
func socialWatchers() []models.Role {
	return []models.Role{models.RoleOffice, models.RoleChannelOwner, models.RoleAuditor}
}

func socialReviewers() []models.Role {
	return []models.Role{models.RoleOffice, models.RoleAuditor}
}

type socialStatus struct {
	CacheControl string `header:"Cache-Control"`
	Body         social.AccountStatus
}

type listTexts struct {
	Reason string `query:"reason" doc:"One reason; without it all."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"64" doc:"The next of the page before; without it the first page."`
}

type textPage struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Texts []social.ListedText `json:"texts" nullable:"false"`
		Next  *string             `json:"next" doc:"Cursor of the next page, null at the end."`
	}
}

type ofCampaign struct {
	Campaign string `path:"campaign" doc:"Id of the campaign." example:"2017"`
}

type socialFigures struct {
	CacheControl string `header:"Cache-Control"`
	Body         social.Figures
}

const noAccountRule = " A tenant without a Weibo account gets 404 with the code no_weibo_account."

func (s *Server) routeSocial(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "get-social-status",
		Path:        apiRoot + "/social/status",
		Summary:     "Get the state of the Weibo account",
		Description: "The day's calls with their limits, public texts by what became of them, and when the access token ends. A key that is bound to units or a campaign gets 403 with the code unit_out_of_scope." + noAccountRule,
		Tags:        []string{"social"},
		Errors:      []int{http.StatusNotFound},
	}, socialWatchers(), s.socialStatus)
	documentNull(api.OpenAPI().Components.Schemas.Map()["AccountStatus"], "token")
	register(s, api, huma.Operation{
		OperationID: "list-social-texts",
		Path:        apiRoot + "/social/texts",
		Summary:     "List public texts that did not count",
		Description: "Each with its reason, the oldest first. Who wrote them is not to be had here." + noAccountRule,
		Tags:        []string{"social"},
		Errors:      []int{http.StatusNotFound},
	}, socialReviewers(), s.listTexts)
	register(s, api, huma.Operation{
		OperationID: "get-social-figures",
		Path:        apiRoot + "/campaigns/{campaign}/social/figures",
		Summary:     "Get raw and filtered figures",
		Description: "The figures of every unit on the social channel as if nothing were left out beside those that the scores show, and every " +
			"exclusion with its reason. Before the close whoever is not of the office gets 403 with the code scores_sealed; after it they " +
			"see null, and in hidden why, where figures tell what too few ratings say." + noAccountRule,
		Tags:   []string{"social"},
		Errors: []int{http.StatusNotFound},
	}, socialReviewers(), s.socialFigures)
}

func (s *Server) socialStatus(ctx context.Context, who Principal, _ *struct{}) (*socialStatus, error) {
	if !who.Scope.Whole() {
		return nil, models.Errorf(models.Forbidden, "unit_out_of_scope", "this key is bound, and the status is of the whole channel")
	}
	status, err := s.opts.Social.Status(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	return &socialStatus{CacheControl: "private, no-store", Body: status}, nil
}

func (s *Server) listTexts(ctx context.Context, who Principal, in *listTexts) (*textPage, error) {
	at, id, err := parsePlaceCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.opts.Social.Texts(ctx, who.Tenant, who.Scope, social.Reason(in.Reason), at, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, in.Limit, func(t social.ListedText) string { return placeCursor(t.At, t.Item) })
	out := &textPage{CacheControl: "private, no-store"}
	out.Body.Next = next
	out.Body.Texts = make([]social.ListedText, len(rows))
	for i, t := range rows {
		t.At = wireTime(t.At)
		out.Body.Texts[i] = t
	}
	return out, nil
}

func (s *Server) socialFigures(ctx context.Context, who Principal, in *ofCampaign) (*socialFigures, error) {
	if err := who.Reaches(in.Campaign); err != nil {
		return nil, err
	}
	f, phase, err := s.opts.Social.Figures(ctx, who.Tenant, in.Campaign)
	if err != nil {
		return nil, err
	}
	if who.Role != models.RoleOffice {
		if !closed(phase) {
			return nil, sealed()
		}
		f = f.ForPublic()
	}
	return &socialFigures{CacheControl: "private, no-store", Body: figuresIn(f, who.Scope)}, nil
}

type pollEntry struct {
	Campaign string `path:"campaign" doc:"Id of the campaign." example:"2017"`
	Body     struct {
		_        struct{}         `additionalProperties:"false"`
		Title    string           `json:"title" doc:"Of the poll, with its address; at most 255 characters."`
		Signer   string           `json:"signer" doc:"Who answers for the figures; at most 128 characters."`
		Evidence string           `json:"evidence" doc:"Where the evidence is filed; at most 255 characters."`
		SHA256   string           `json:"evidence_sha256,omitempty" doc:"SHA-256 of the evidence in hexadecimal; its first 16 bytes are kept."`
		Replaces string           `json:"replaces,omitempty" doc:"Id of results that these correct."`
		Results  []social.PollRow `json:"results" nullable:"false" doc:"One row a unit."`
	}
}

type pollEntered struct {
	Status int
	Body   social.PollResults
}

type listPolls struct {
	Campaign string `path:"campaign" doc:"Id of the campaign." example:"2017"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
	Cursor   string `query:"cursor" maxLength:"64" doc:"The next of the page before; without it the first page."`
}

type pollPage struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		PollResults []social.PollResults `json:"poll_results" nullable:"false"`
		Next        *string              `json:"next" doc:"Cursor of the next page, null at the end."`
	}
}

func (s *Server) routePolls(api huma.API) {
	path := apiRoot + "/campaigns/{campaign}/poll-results"
	register(s, api, huma.Operation{
		OperationID: "list-poll-results",
		Path:        path,
		Summary:     "List poll results",
		Description: "Results of polls on the platform as operators entered them, in that order. They stand apart: nothing adds them to ratings.",
		Tags:        []string{"poll results"},
		Errors:      []int{http.StatusNotFound},
	}, socialWatchers(), s.listPolls)
	register(s, api, huma.Operation{
		OperationID: "add-poll-results",
		Method:      http.MethodPost,
		Path:        path,
		Summary:     "Enter poll results",
		Description: "Enters the results of a poll on the platform, with who answers for them and where the evidence is filed. The same results " +
			"entered again are the same record and answered 200, so that a caller may try again; what is wrong is corrected by results " +
			"that replace the wrong ones. Every fault of the body is named in errors.",
		Tags:          []string{"poll results"},
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}, []models.Role{models.RoleOffice, models.RoleChannelOwner}, s.addPoll)
	responses := api.OpenAPI().Paths[path].Post.Responses
	responses["200"] = &huma.Response{Description: "These very results were entered before.", Content: responses["201"].Content}
}

func (s *Server) listPolls(ctx context.Context, who Principal, in *listPolls) (*pollPage, error) {
	at, id, err := parsePlaceCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	if err = who.Reaches(in.Campaign); err != nil {
		return nil, err
	}
	rows, err := s.opts.Polls.PollResults(ctx, who.Tenant, in.Campaign, at, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, in.Limit, func(r social.PollRecord) string { return placeCursor(r.EnteredAt, r.ID) })
	out := &pollPage{CacheControl: "private, no-store"}
	out.Body.Next = next
	out.Body.PollResults = make([]social.PollResults, 0, len(rows))
	for i := range rows {
		if r := pollIn(rows[i].Show(), who.Scope); len(r.Results) > 0 || !who.Scope.Bounded {
			out.Body.PollResults = append(out.Body.PollResults, r)
		}
	}
	return out, nil
}

func (s *Server) addPoll(ctx context.Context, who Principal, in *pollEntry) (*pollEntered, error) {
	b := &in.Body
	if err := who.Reaches(in.Campaign); err != nil {
		return nil, err
	}
	for _, r := range b.Results {
		if !who.Scope.HasUnit(r.Unit) {
			return nil, models.Errorf(models.Forbidden, "unit_out_of_scope", "this key is bound to other units than those of the results")
		}
	}
	results, added, err := s.opts.Polls.AddPollResults(ctx, who.Tenant, in.Campaign, social.PollEntry{
		Title: b.Title, Signer: b.Signer, Evidence: b.Evidence, EvidenceHash: b.SHA256, Replaces: b.Replaces, Rows: b.Results,
		Via: "api:" + who.KeyID, Scope: who.Scope,
	}, placeInBody)
	if err != nil {
		return nil, err
	}
	out := &pollEntered{Status: http.StatusOK, Body: results}
	if added {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// placeInBody says where in a request's body a fault of poll results is.
func placeInBody(field string, row int) string {
	if row < 0 {
		return "body." + field
	}
	return fmt.Sprintf("body.%s[%d]", field, row)
}
