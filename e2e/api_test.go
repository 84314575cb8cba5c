package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
)

// unitScore is a unit's part of a channel's scores.
type unitScore struct {
	Code      string
	Ratings   int
	Mean      *string
	Points    *string
	Rank      *int
	Levels    map[string]int
	Satisfied *satisfied
}

type satisfied struct {
	Answers          int
	Share, Low, High string
}

// get asks the API as the office does.
func (s *server) get(t *testing.T, path string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// unit is a unit's score on the mobile channel at this moment.
func (s *server) unit(t *testing.T, code string) unitScore {
	t.Helper()
	return s.unitOn(t, "mobile", code)
}

func (s *server) unitOn(t *testing.T, channel, code string) unitScore {
	t.Helper()
	var doc struct{ Units []unitScore }
	s.get(t, "/api/v1/campaigns/2017/scores?channel="+channel, &doc)
	for _, u := range doc.Units {
		if u.Code == code {
			if u.Ratings > 0 && (u.Mean == nil || u.Points == nil || u.Satisfied == nil) {
				t.Fatalf("%s has ratings and no figures: %+v", code, u)
			}
			return u
		}
	}
	t.Fatalf("%d units, and no %s", len(doc.Units), code)
	return unitScore{}
}

func (s *server) complaints(t *testing.T) []map[string]any {
	t.Helper()
	var list struct{ Complaints []map[string]any }
	s.get(t, "/api/v1/complaints", &list)
	return list.Complaints
}
