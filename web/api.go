package web

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/service/campaign"
	"pingyi/web/hook"
)

const (
	apiRoot    = "/api/v1"
	apiVersion = "1.0.0"
	bearer     = "apiKey" // the security scheme's name in the description
	rolesOf    = "roles"  // of an operation's metadata: []models.Role
)

// adapter gives huma's operations to Gin, each with the policy of its roles.
type adapter struct{ s *Server }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	roles, _ := op.Metadata[rolesOf].([]models.Role)
	path := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
	a.s.handle(op.Method, path, API(roles...), func(c *gin.Context) { handler(humagin.NewContext(op, c)) })
}

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.s.engine.ServeHTTP(w, r) }

// routeAPI registers every operation and then the description of them all.
func (s *Server) routeAPI() error {
	useProblems()
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "pingyi", Version: apiVersion,
				Description: "Public appraisal of government conduct (民主评议政风行风): campaigns, channel scores and complaints of one tenant, " +
					"which is that of the key. A key may be bound to a campaign and to units: it reaches those alone, in every operation, and another " +
					"campaign is answered as one that there is not. A key of unit-leader or unit-handler reaches nothing until it is bound. A key may end " +
					"on a date; from then on it is answered 401. Decimals are strings, times are UTC, lists page by cursor. " +
					"Every error is a problem document (RFC 9457) with a stable code.",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bearer: {Type: "http", Scheme: "bearer", Description: "A key made by `pingyi apikey create`, perhaps bound by `pingyi apikey bind`."},
				},
			},
			Security: []map[string][]string{{bearer: {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
	}
	config.AllowAdditionalPropertiesByDefault = true // answers may gain fields
	api := huma.NewAPI(config, adapter{s})
	s.routeCampaigns(api)
	s.routeScores(api)
	s.routeComplaints(api)
	s.routeSocial(api)
	s.routePolls(api)

	var err error
	if s.openapi, err = json.Marshal(api.OpenAPI()); err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	s.handle(http.MethodGet, apiRoot+"/openapi.json", Public(), func(c *gin.Context) {
		c.Header("Cache-Control", "public, max-age=300")
		c.Data(http.StatusOK, "application/json", s.openapi)
	})
	return nil
}

// register adds an operation, a GET unless it says otherwise, for keys of the
// given roles. What h cannot answer becomes a problem document.
func register[I, O any](s *Server, api huma.API, op huma.Operation, roles []models.Role, h func(context.Context, Principal, *I) (*O, error)) {
	if op.Method == "" {
		op.Method = http.MethodGet
	}
	op.Metadata = map[string]any{rolesOf: roles}
	op.Security = []map[string][]string{{bearer: {}}}
	op.RejectUnknownQueryParameters = true
	op.MaxBodyBytes = hook.MaxPush // as of everything that is sent; the library's is a MiB
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusTooManyRequests, http.StatusServiceUnavailable)
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	op.Description += "\n\nRoles: " + strings.Join(names, ", ") + "."
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, principalOf(ctx), in)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return out, nil
	})
	documentInputFault(api, op.Path, op.Method)
}

// documentNull says of fields that are objects that they may be null, which
// huma does not derive from a pointer.
func documentNull(of *huma.Schema, fields ...string) {
	for _, f := range fields {
		of.Properties[f] = &huma.Schema{OneOf: []*huma.Schema{of.Properties[f], {Type: "null"}}}
	}
}

// documentInputFault takes huma's 422 out of the description: wrong input is
// answered 400 here.
func documentInputFault(api huma.API, path, method string) {
	op := api.OpenAPI().Paths[path].Get
	if method == http.MethodPost {
		op = api.OpenAPI().Paths[path].Post
	}
	delete(op.Responses, "422")
}

// page cuts rows, of which one more than limit was asked for, to limit and says
// where the next page starts; nil at the end.
func page[T any](rows []T, limit int, cursor func(T) string) (cut []T, next *string) {
	if len(rows) <= limit {
		return rows, nil
	}
	last := cursor(rows[limit-1])
	return rows[:limit], &last
}

var cursorForm = base64.RawURLEncoding.Strict()

func badCursor() *models.Error {
	return models.Errorf(models.Invalid, "bad_cursor", "the cursor is not one that this list gave")
}

// campaignCursor is the id of a list's last row.
func campaignCursor(c campaign.Listed) string { return cursorForm.EncodeToString([]byte(c.ID)) }

func parseCampaignCursor(s string) (id string, err error) {
	b, err := cursorForm.DecodeString(s)
	if err != nil {
		return "", badCursor()
	}
	return string(b), nil
}

// placeCursor is the time, in microseconds, and the id of a list's last row.
func placeCursor(at time.Time, id models.ID) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro()))
	return cursorForm.EncodeToString(append(b, id[:]...))
}

// complaintCursor is the place of a complaint by its receipt.
func complaintCursor(r complaints.Record) string { return placeCursor(r.At, r.ID) }

// parsePlaceCursor reads a cursor; the zero id is the start.
func parsePlaceCursor(s string) (at time.Time, id models.ID, err error) {
	if s == "" {
		return at, id, nil
	}
	b, err := cursorForm.DecodeString(s)
	if err != nil || len(b) != 8+len(id) {
		return at, id, badCursor()
	}
	at = time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC() //nolint:gosec // as it was written
	copy(id[:], b[8:])
	if id.IsZero() || at.Year() < 1970 || at.Year() > 9999 {
		return at, id, badCursor()
	}
	return at, id, nil
}
