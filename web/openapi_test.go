package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestOpenAPI_describesEveryOperation(t *testing.T) {
	r := newRig(t, nil)
	w := r.call(t, http.MethodGet, apiRoot+"/openapi.json", nil)
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			OperationID string                `json:"operationId"`
			Summary     string                `json:"summary"`
			Description string                `json:"description"`
			Security    []map[string][]string `json:"security"`
			RequestBody struct {
				Content map[string]struct {
					Schema map[string]any `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
			Responses map[string]struct {
				Content map[string]struct {
					Schema map[string]any `json:"schema"`
				} `json:"content"`
			} `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Type  any `json:"type"`
					OneOf []struct {
						Type string `json:"type"`
					} `json:"oneOf"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("OpenAPI %q as %q", doc.OpenAPI, w.Header().Get("Content-Type"))
	}
	for _, field := range []string{"levels", "satisfied"} {
		if one := doc.Components.Schemas["UnitScore"].Properties[field].OneOf; len(one) != 2 || one[1].Type != "null" {
			t.Errorf("%s may be null, the description says %v", field, one)
		}
	}
	if one := doc.Components.Schemas["AccountStatus"].Properties["token"].OneOf; len(one) != 2 || one[1].Type != "null" {
		t.Errorf("the token may be null, the description says %v", one)
	}
	if got := doc.Components.Schemas["Scores"].Properties["units"].Type; got != "array" {
		t.Errorf("units are %v", got)
	}
	described := 0
	for path, operations := range doc.Paths {
		for method, op := range operations {
			described++
			if op.OperationID == "" || op.Summary == "" || !strings.Contains(op.Description, "Roles: ") {
				t.Errorf("%s %s: %q %q %q", method, path, op.OperationID, op.Summary, op.Description)
			}
			if len(op.Security) != 1 || op.Security[0][bearer] == nil {
				t.Errorf("%s %s: security %v", method, path, op.Security)
			}
			for _, status := range []string{"400", "401", "403", "500", "503"} {
				if op.Responses[status].Content[problemType].Schema["$ref"] != "#/components/schemas/Problem" {
					t.Errorf("%s %s has no problem for %s", method, path, status)
				}
			}
			if _, ok := op.Responses["422"]; ok {
				t.Errorf("%s %s promises a 422", method, path)
			}
			if len(op.Responses["200"].Content) == 0 {
				t.Errorf("%s %s does not say what it answers", method, path)
			}
			if method == "post" && (len(op.Responses["201"].Content) == 0 || len(op.RequestBody.Content["application/json"].Schema) == 0) {
				t.Errorf("%s %s does not say what it takes or what it makes", method, path)
			}
		}
	}
	for _, route := range r.engine.Routes() {
		if route.Method != http.MethodHead && r.policies[routeKey{route.Method, route.Path}].kind == forRoles {
			described--
		}
	}
	if described != 0 {
		t.Errorf("%d more operations described than there are", described)
	}
}
