package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"pingyi/models"
)

// Policy says who may call a route. The zero Policy refuses everybody.
type Policy struct {
	kind  policyKind
	roles []models.Role
}

type policyKind uint8

const (
	refuseAll policyKind = iota
	forAll
	forPlatform
	forRoles
	forDemo
)

// Public lets anybody call.
func Public() Policy { return Policy{kind: forAll} }

// Webhook leaves the decision to the handler, which authenticates every push.
func Webhook() Policy { return Policy{kind: forPlatform} }

// API asks for a key of one of the roles; without roles it refuses everybody.
func API(roles ...models.Role) Policy { return Policy{kind: forRoles, roles: roles} }

// Demo lets anybody call in the demo; the route does not exist elsewhere.
func Demo() Policy { return Policy{kind: forDemo} }

type routeKey struct{ method, path string }

// handle is the one way to add a route: together with its policy. What can be
// had by GET answers HEAD as well, which monitors ask with and whose body net/http
// leaves out; a webhook's GET is the platform's alone.
func (s *Server) handle(method, path string, p Policy, h gin.HandlerFunc) {
	s.policies[routeKey{method, path}] = p
	s.engine.Handle(method, path, h)
	if method == http.MethodGet && p.kind != forPlatform {
		s.handle(http.MethodHead, path, p, h)
	}
}

// checkPolicies holds Gin's routes and the policy table against each other.
func (s *Server) checkPolicies() error {
	var errs []error
	for _, r := range s.engine.Routes() {
		p, ok := s.policies[routeKey{r.Method, r.Path}]
		switch {
		case !ok || p.kind == refuseAll:
			errs = append(errs, fmt.Errorf("web: route %s %s has no policy", r.Method, r.Path))
		case p.kind == forRoles && len(p.roles) == 0:
			errs = append(errs, fmt.Errorf("web: route %s %s allows no role", r.Method, r.Path))
		case p.kind == forDemo && !s.opts.Demo:
			errs = append(errs, fmt.Errorf("web: route %s %s is for the demo alone", r.Method, r.Path))
		}
	}
	return errors.Join(errs...)
}

// guard runs before every route and applies its policy.
func (s *Server) guard(c *gin.Context) {
	path := c.FullPath()
	p, ok := s.policies[routeKey{c.Request.Method, path}]
	if ok && p.kind == forPlatform { // the hot way: no header, no log line, a recovery of its own
		c.Next()
		return
	}
	if path == "" && underAPI(c.Request.URL.Path) {
		p = API(models.Roles()...) // a caller without a key learns of no path whether it is there
	}
	start := s.now()
	var key string
	var quiet bool
	defer func() { s.account(c, p, path, key, start, quiet) }()
	defer s.recoverRequest(c)
	s.secure(c.Writer.Header(), p)
	switch {
	case p.kind == forRoles:
		key, quiet = s.forKey(c, p)
	case p.kind == forDemo:
		if why := s.fromElsewhere(c.Request); why != "" {
			writeProblem(c, newProblem(http.StatusForbidden, "foreign_site", why))
			return
		}
		c.Next()
	case path == "" || p.kind == forAll:
		c.Next()
	default:
		writeProblem(c, newProblem(http.StatusForbidden, "forbidden", "this route has no policy"))
	}
}

// underAPI reports whether a path is one of the API, whether there is such a
// route or not.
func underAPI(path string) bool { return path == apiRoot || strings.HasPrefix(path, apiRoot+"/") }

// forKey runs the chain for a caller whose key has one of the roles, within the
// time of an operation. It answers with the key's id for the access log; quiet: the
// request is beyond the bounds of wrong keys and gets no line of its own.
func (s *Server) forKey(c *gin.Context, p Policy) (key string, quiet bool) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.limits.API)
	defer cancel()
	who, prob, quiet := s.principal(ctx, c.Request)
	if prob != nil {
		if prob.Status == http.StatusUnauthorized {
			c.Header("WWW-Authenticate", `Bearer realm="pingyi"`)
		}
		writeProblem(c, prob)
		return "", quiet
	}
	if !slices.Contains(p.roles, who.Role) {
		writeProblem(c, newProblem(http.StatusForbidden, "forbidden", "the role of this key does not allow this"))
		return who.KeyID, false
	}
	c.Request = c.Request.WithContext(context.WithValue(ctx, principalKey{}, who))
	c.Next()
	return who.KeyID, false
}

const maxKeyBytes = 256

// principal finds whom a request's key stands for. A request without a key costs
// nothing and is always told so; beyond the bounds a wrong one is refused unseen.
func (s *Server) principal(ctx context.Context, r *http.Request) (who Principal, prob *Problem, quiet bool) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		prob = newProblem(http.StatusUnauthorized, "unauthorised", "an API key is required: Authorization: Bearer <key>")
		return Principal{}, prob, !s.keyless.allow(s.caller(r))
	}
	wrong := newProblem(http.StatusUnauthorized, "unauthorised", "the API key is not valid")
	scheme, key, _ := strings.Cut(given[0], " ")
	key = strings.TrimSpace(key)
	malformed := len(given) > 1 || !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > maxKeyBytes
	if !s.mayAsk(ctx, r, key, malformed) {
		prob = newProblem(http.StatusTooManyRequests, "too_many_wrong_keys", "too many requests without a right key came from here; try again later")
		prob.retry = wrongRetry
		return Principal{}, prob, true
	}
	if malformed {
		return Principal{}, wrong, false
	}
	who, err := s.opts.Keys.Authenticate(ctx, key)
	switch models.KindOf(err) {
	case models.Unauthorised, models.NotFound, models.Forbidden, models.Invalid:
		return Principal{}, wrong, false
	}
	if err != nil {
		return Principal{}, s.problemOf(ctx, err), false
	}
	return who, nil, false
}

// mayAsk reports whether a key may be looked up: it was right before, or the bounds of
// wrong ones are not reached, or a list of those in force, read at most once a second,
// has it.
func (s *Server) mayAsk(ctx context.Context, r *http.Request, key string, malformed bool) bool {
	if !malformed && s.opts.Keys.Known(key) || s.wrong.allow(s.caller(r)) {
		return true
	}
	if malformed {
		return false
	}
	if err := s.opts.Keys.Refresh(ctx); err != nil {
		return false
	}
	return s.opts.Keys.Known(key)
}

type principalKey struct{}

// principalOf is the caller of an API operation. The guard put it there; that
// it is missing cannot happen, and gives a caller without tenant and role.
func principalOf(ctx context.Context) Principal {
	who, _ := ctx.Value(principalKey{}).(Principal)
	return who
}

const (
	apiContent  = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	pageContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	oneYear = 365 * 24 * time.Hour
)

// secure sets what a browser must know before it shows anything of ours.
func (s *Server) secure(h http.Header, p Policy) {
	content := apiContent
	if p.kind == forDemo {
		content = pageContent
	}
	h.Set("Content-Security-Policy", content)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if s.opts.HTTPS {
		h.Set("Strict-Transport-Security", fmt.Sprintf("max-age=%d", int(oneYear.Seconds())))
	}
}
