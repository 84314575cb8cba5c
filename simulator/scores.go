package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"pingyi/models"
)

// maxScores bounds the scores document, in bytes.
const maxScores = 32 << 20

// unitScore is what the driver reads of a unit's scores.
type unitScore struct {
	Code    string           `json:"code"`
	Name    string           `json:"name"`
	Ratings int64            `json:"ratings"`
	Levels  map[string]int64 `json:"levels"`
}

// server is the server under load, as its API shows it.
type server struct {
	base   *url.URL
	key    string
	client *http.Client
}

// onThisMachine refuses an address that is not on a loopback interface: load is
// never driven at somebody else's server.
func onThisMachine(u *url.URL) error {
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return models.Errorf(models.Invalid, "not_loopback", "%q is not on this machine", u.Hostname())
	}
	return nil
}

// wantDemo refuses a server that does not say that it is the demo's.
func (s *server) wantDemo(ctx context.Context) error {
	var ready struct {
		Env string `json:"env"`
	}
	if err := s.get(ctx, "/readyz", nil, &ready); err != nil {
		return err
	}
	if ready.Env != "demo" {
		return models.Errorf(models.Forbidden, "not_demo", "the server does not say that it is a demo")
	}
	return nil
}

// scores reads the scores of a channel, every unit.
func (s *server) scores(ctx context.Context, campaign string, channel models.Channel) ([]unitScore, error) {
	var doc struct {
		Units []unitScore `json:"units"`
	}
	path := "/api/v1/campaigns/" + url.PathEscape(campaign) + "/scores"
	if err := s.get(ctx, path, url.Values{"channel": {string(channel)}}, &doc); err != nil {
		return nil, err
	}
	return doc.Units, nil
}

func (s *server) get(ctx context.Context, path string, query url.Values, into any) error {
	u := s.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	if s.key != "" && path != "/readyz" {
		req.Header.Set("Authorization", "Bearer "+s.key)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxScores+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", path, err)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answered with status %d", path, resp.StatusCode)
	case len(body) > maxScores:
		return fmt.Errorf("%s answered with more than %d bytes", path, maxScores)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s is no such JSON: %w", path, err)
	}
	return nil
}

// count is how many ratings and how many answers of each level were given.
type count struct {
	ratings int64
	levels  [6]int64 // by level; 0 is not used
}

func (c *count) add(a models.Answers) {
	c.ratings++
	for _, level := range a {
		if level.HasLevel() {
			c.levels[level]++
		}
	}
}

// compare lists where the scores grew by something else than was counted here.
// Errors: a unit that is in only one of the two.
func compare(before, after []unitScore, own map[string]*count) ([]string, error) {
	was := make(map[string]unitScore, len(before))
	for _, u := range before {
		was[u.Code] = u
	}
	if len(was) != len(after) || len(before) != len(after) {
		return nil, errors.New("the list of units changed during the run")
	}
	var differences []string
	note := func(code, what string, grew, counted int64) {
		if grew != counted {
			differences = append(differences, fmt.Sprintf("%s: %s grew by %d, counted here %d", code, what, grew, counted))
		}
	}
	for _, u := range after {
		first, ok := was[u.Code]
		if !ok {
			return nil, errors.New("the list of units changed during the run")
		}
		mine := own[u.Code]
		if mine == nil {
			mine = &count{}
		}
		note(u.Code, "ratings", u.Ratings-first.Ratings, mine.ratings)
		for level := 5; level >= 1; level-- {
			name := strconv.Itoa(level)
			note(u.Code, "level "+name, u.Levels[name]-first.Levels[name], mine.levels[level])
		}
	}
	return differences, nil
}
