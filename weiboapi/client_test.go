package weiboapi

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pingyi/social"
)

const secret = "s3cretT0ken"

func client(t *testing.T, status int, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return New(Options{Base: server.URL, AccessToken: secret, UID: "1"})
}

func TestPage_faultsOfThePlatform_areErrorsWithoutSecrets(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		token  bool
	}{
		"expired":       {401, `{"error":"expired_token","error_code":21327,"request":"/2/x?access_token=` + secret + `"}`, true},
		"quota":         {403, `{"error_code":10023}`, false},
		"code with 200": {200, `{"error_code":21332}`, true},
		"no JSON":       {200, `<html>` + secret, false},
		"no list":       {200, `{}`, false},
		"text, no id":   {200, `{"comments":[{"created_at":"Sun Nov 22 08:00:00 +0800 2026","text":"x"}]}`, false},
		"text, no time": {200, `{"comments":[{"id":5,"text":"x"}]}`, false},
		"id no number":  {200, `{"comments":[{"id":"5e1","text":"x"}]}`, false},
		"too large":     {200, strings.Repeat(" ", maxAnswer+1), false},
	} {
		_, err := client(t, tt.status, tt.body).Page(t.Context(), social.CommentsToMe, 0, 0, 50)
		if err == nil || strings.Contains(err.Error(), secret) || errors.Is(err, social.ErrToken) != tt.token {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := New(Options{Base: "http://127.0.0.1:1", AccessToken: secret})
	if _, err := gone.Name(t.Context(), "1"); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("unreachable: %v", err)
	}
}

// A redirect would carry the token to wherever it points.
func TestPage_redirect_isNotFollowed(t *testing.T) {
	visits := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits++
		_, _ = w.Write([]byte(`{"comments":[]}`))
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/?"+r.URL.RawQuery, status)
		}))
		c := New(Options{Base: platform.URL, AccessToken: secret, UID: "1"})
		_, err := c.Page(t.Context(), social.CommentsToMe, 0, 0, 50)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("a page, %d: %v", status, err)
		}
		if err = c.Reply(t.Context(), "7", "x"); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("a reply, %d: %v", status, err)
		}
		platform.Close()
	}
	if visits > 0 {
		t.Errorf("%d redirects were followed", visits)
	}
}

func TestPage_idsOf19Digits_stayWhole(t *testing.T) {
	p, err := client(t, 200, `{"comments":[{"id":4999999999999999999,"created_at":"Sun Nov 22 08:00:00 +0800 2026","text":"x",
 "user":{"id":1902538057,"verified_type":1,"follow_me":true,"created_at":"Mon Jul 16 18:09:20 +0800 2012"}}]}`).Page(t.Context(), social.CommentsToMe, 0, 0, 50)
	if err != nil || len(p.Texts) != 1 {
		t.Fatal(p, err)
	}
	x := p.Texts[0]
	if x.ID != 4999999999999999999 || x.Author.UID != "1902538057" || *x.Author.VerifiedType != 1 || !*x.Author.Follows || x.Author.CreatedAt.Year() != 2012 {
		t.Errorf("%+v", x)
	}
}
