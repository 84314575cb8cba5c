package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"pingyi/models"
)

// Problem is an error as the API shows it, by RFC 9457 (Problem Details for
// HTTP APIs). Code is stable; Detail is for people and may change.
type Problem struct {
	Type   string         `json:"type" doc:"Always about:blank; code tells problems apart." example:"about:blank"`
	Title  string         `json:"title" doc:"The status in words." example:"Not Found"`
	Status int            `json:"status" doc:"The HTTP status." example:"404"`
	Code   string         `json:"code" doc:"Stable and machine readable." example:"unknown_campaign"`
	Detail string         `json:"detail,omitempty" doc:"For people; may change." example:"there is no campaign 2018"`
	Errors []ProblemField `json:"errors,omitempty" nullable:"false" doc:"What is wrong with the input, one entry a fault."`

	retry time.Duration // told as Retry-After; 0 tells nothing
}

// ProblemField is one fault of the input.
type ProblemField struct {
	Location string `json:"location,omitempty" doc:"Where the fault is." example:"query.limit"`
	Message  string `json:"message" doc:"What is wrong." example:"expected number <= 200"`
}

const problemType = "application/problem+json"

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Detail
}

// GetStatus lets huma answer with the problem's status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType lets huma answer with the problem's media type.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders lets huma say when to try again.
func (p *Problem) GetHeaders() http.Header {
	if p.retry == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(p.retry / time.Second))}}
}

// statusOf is the HTTP status of a kind of domain error.
func statusOf(k models.Kind) int {
	switch k {
	case models.Invalid:
		return http.StatusBadRequest
	case models.NotFound:
		return http.StatusNotFound
	case models.Conflict:
		return http.StatusConflict
	case models.Unauthorised:
		return http.StatusUnauthorized
	case models.Forbidden:
		return http.StatusForbidden
	case models.TooMany:
		return http.StatusTooManyRequests
	case models.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// problemOf turns an error into what a caller may see. What is no domain
// error is logged whole and shown as a fixed text.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var known *models.Error
	if errors.As(err, &known) && known.Kind != models.Internal {
		p = newProblem(statusOf(known.Kind), known.Code, known.Text)
		for _, f := range known.Faults {
			p.Errors = append(p.Errors, ProblemField{Location: f.Place, Message: f.Text})
		}
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return newProblem(http.StatusServiceUnavailable, "timeout", "this took too long, please try again")
	}
	if !errors.Is(err, context.Canceled) {
		s.log.LogAttrs(ctx, slog.LevelError, "operation failed", slog.Any("error", err))
	}
	return newProblem(http.StatusInternalServerError, "internal", "an internal error; it was logged")
}

// writeProblem ends the chain with a problem document.
func writeProblem(c *gin.Context, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // a struct of strings and a number always marshals
		body = []byte(`{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}`)
	}
	c.Header("Cache-Control", "no-store")
	for name, values := range p.GetHeaders() {
		c.Header(name, values[0])
	}
	c.Data(p.Status, problemType, body)
	c.Abort()
}

func (s *Server) notFound(c *gin.Context) {
	writeProblem(c, newProblem(http.StatusNotFound, "not_found", "there is nothing at this address"))
}

func (s *Server) wrongMethod(c *gin.Context) {
	writeProblem(c, newProblem(http.StatusMethodNotAllowed, "method_not_allowed", "this address does not take this method"))
}

// useProblems makes huma's own errors problem documents with a code. huma keeps
// the constructor in a variable of its package, so it is set once a process.
var useProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return inputProblem(status, msg, errs)
	}
})

// inputProblem is what huma finds wrong with a request. Wrong input is 400
// here; the values that came in are not sent back.
func inputProblem(status int, msg string, errs []error) *Problem {
	switch {
	case status >= http.StatusInternalServerError:
		return newProblem(status, "internal", "an internal error; it was logged")
	case status == http.StatusUnsupportedMediaType:
		return newProblem(status, "unsupported_media_type", "the body has to be application/json")
	case status == http.StatusUnprocessableEntity:
		status = http.StatusBadRequest
	}
	p := newProblem(status, strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_"), msg)
	for i, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		detail := d.ErrorDetail()
		if i == 0 {
			p.Code = inputCode(detail)
		}
		p.Errors = append(p.Errors, ProblemField{Location: detail.Location, Message: detail.Message})
	}
	return p
}

// inputCode names the first fault: channel_required, bad_limit,
// unknown_parameter, bad_body.
func inputCode(d *huma.ErrorDetail) string {
	place, name, _ := strings.Cut(d.Location, ".")
	switch {
	case strings.HasPrefix(d.Message, "unknown"):
		return "unknown_parameter"
	case place == "query" && strings.HasPrefix(d.Message, "required"):
		return name + "_required"
	case place == "query" || place == "path":
		return "bad_" + name
	case place == "body":
		return "bad_body"
	}
	return "bad_request"
}
