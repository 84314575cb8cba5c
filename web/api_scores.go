package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pingyi/export"
	"pingyi/models"
	"pingyi/scoring"
)

type getScores struct {
	Campaign    string `path:"campaign" doc:"Id of the campaign." example:"2017"`
	Channel     string `query:"channel" required:"true" doc:"The channel, for instance mobile." example:"mobile"`
	IfNoneMatch string `header:"If-None-Match" doc:"ETag of a document that is at hand."`
}

type scoresFile struct {
	Status             int
	ContentType        string `header:"Content-Type" hidden:"true"`
	ContentDisposition string `header:"Content-Disposition"`
	CacheControl       string `header:"Cache-Control"`
	Vary               string `header:"Vary"`
	ETag               string `header:"ETag"`
	Body               []byte
}

// form is a form that scores are had in.
type form struct {
	name      string // of the file and in the ETag
	suffix    string // of the path
	operation string
	summary   string
	more      string // for the description
	media     string
	schema    *huma.Schema
	turn      bool // making it costs so much that few are made at once
	write     func(io.Writer, scoring.Scores) error
}

func scoresForms(document *huma.Schema) []form {
	return []form{
		{
			name: "json", operation: "get-scores", summary: "Get channel scores",
			media: "application/json", schema: document, write: writeJSON,
		},
		{
			name: "csv", suffix: ".csv", operation: "get-scores-csv", summary: "Get channel scores as CSV",
			more:  " UTF-8 with a byte order mark; the head is code,name,class,ratings,mean,points,shrunk_mean,rank.",
			media: "text/csv; charset=utf-8", schema: &huma.Schema{Type: huma.TypeString}, write: export.WriteCSV,
		},
		{
			name: "xlsx", suffix: ".xlsx", operation: "get-scores-xlsx", summary: "Get channel scores as a workbook",
			media:  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}, turn: true, write: writeXLSX,
		},
	}
}

const scoresRule = "The scores of every unit of a campaign on one channel, in the order of the register. " +
	"Before the close everybody but the office gets 403 with the code scores_sealed; after it, whoever is not of the office " +
	"sees null and hidden small_n where there are too few ratings; in a class with such a unit the others show no shrunk_mean, " +
	"and where that is official no points and no rank, with hidden small_n_in_class. Decimals are strings. " +
	"A key that is bound to units gets those alone, with the ranks and means that they have among all; a unit's key that is bound to none gets none."

func (s *Server) routeScores(api huma.API) {
	schemas := api.OpenAPI().Components.Schemas
	document := schemas.Schema(reflect.TypeFor[scoring.Scores](), true, "Scores")
	schemas.Map()["Scores"].Properties["units"].Nullable = false
	documentNull(schemas.Map()["UnitScore"], "levels", "satisfied")
	for _, f := range scoresForms(document) {
		register(s, api, huma.Operation{
			OperationID: f.operation,
			Path:        apiRoot + "/campaigns/{campaign}/scores" + f.suffix,
			Summary:     f.summary,
			Description: scoresRule + f.more,
			Tags:        []string{"scores"},
			Errors:      []int{http.StatusNotFound},
			Responses: map[string]*huma.Response{
				"200": {Description: "The scores.", Content: map[string]*huma.MediaType{
					f.media: {Schema: f.schema},
				}},
				"304": {Description: "The document at hand, named by If-None-Match, still holds."},
			},
		}, models.Roles(), func(ctx context.Context, who Principal, in *getScores) (*scoresFile, error) {
			return s.getScores(ctx, who, in, f)
		})
	}
}

// getScores answers in one form with what the caller may see.
func (s *Server) getScores(ctx context.Context, who Principal, in *getScores, f form) (*scoresFile, error) {
	if err := who.Reaches(in.Campaign); err != nil {
		return nil, err
	}
	doc, phase, err := s.opts.Scores.Scores(ctx, who.Tenant, in.Campaign, models.Channel(in.Channel))
	if err != nil {
		return nil, err
	}
	if who.Role != models.RoleOffice {
		if !closed(phase) {
			return nil, sealed()
		}
		doc = doc.ForPublic()
	}
	doc = scoresIn(doc, who.Scope) // last: what is hidden depends on the others of a class
	tag, err := etag(doc, f.name)
	if err != nil {
		return nil, err
	}
	// no-cache lets a caller keep the document and ask whether it still holds.
	out := &scoresFile{Status: http.StatusNotModified, CacheControl: "private, no-cache", Vary: "Authorization", ETag: tag}
	if matches(in.IfNoneMatch, tag) {
		return out, nil
	}
	var body bytes.Buffer
	if f.turn {
		leave, err := s.workbookTurn(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	if err := f.write(&body, doc); err != nil {
		return nil, fmt.Errorf("scores as %s: %w", f.name, err)
	}
	out.Body = body.Bytes()
	out.Status, out.ContentType = http.StatusOK, f.media
	if f.suffix != "" {
		out.ContentDisposition = fmt.Sprintf(`attachment; filename="scores-%s-%s.%s"`, fileName(doc.Campaign), fileName(string(doc.Channel)), f.name)
	}
	return out, nil
}

// workbooksAtOnce leaves processors to pushes: a workbook takes one for as long as it
// is made.
func workbooksAtOnce() int { return min(2, max(1, runtime.GOMAXPROCS(0)/4)) }

// workbookTurn waits until a workbook may be made, for Limits.Book at most.
func (s *Server) workbookTurn(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Book)
	defer cancel()
	select {
	case s.workbooks <- struct{}{}:
		return func() { <-s.workbooks }, nil
	case <-ctx.Done():
		p := newProblem(http.StatusServiceUnavailable, "workbooks_busy", "others are being given workbooks; try again, or ask for CSV or JSON")
		p.retry = s.limits.Book
		return nil, p
	}
}

// sealed is the answer where scores are asked for too early.
func sealed() *models.Error {
	return models.Errorf(models.Forbidden, "scores_sealed", "scores are sealed until the close of the ratings")
}

// closed reports whether the rating window of a campaign in this phase is over.
func closed(p models.Phase) bool {
	switch p {
	case models.PhaseClosed, models.PhaseSettled, models.PhasePublished:
		return true
	}
	return false
}

// etag names a document in a form by everything in it but its time. It is weak,
// because the time is in the bytes.
func etag(doc scoring.Scores, form string) (string, error) {
	doc.AsOf = time.Time{}
	sum := sha256.New()
	if err := writeJSON(sum, doc); err != nil {
		return "", err
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:16]) + "-" + form + `"`, nil
}

// matches compares weakly, as If-None-Match asks.
func matches(ifNoneMatch, tag string) bool {
	for given := range strings.SplitSeq(ifNoneMatch, ",") {
		given = strings.TrimSpace(given)
		if given == "*" || strings.TrimPrefix(given, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

func writeJSON(w io.Writer, doc scoring.Scores) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(doc)
}

func writeXLSX(w io.Writer, doc scoring.Scores) error { return export.WriteXLSX(w, doc) }

// fileName keeps what is safe in a file's name and in a header.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, s)
}
