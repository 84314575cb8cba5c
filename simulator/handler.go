package simulator

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"time"
)

//go:embed static
var static embed.FS

// WallItem is a code on the wall. Kind is unit, window or campaign.
type WallItem struct {
	Scene string `json:"scene"` // what the code carries
	// Number is what the code carries on Weibo; 0 where it has none there.
	Number int    `json:"number,omitempty"`
	Name   string `json:"name"`
	Class  string `json:"class"` // the unit's class; a window's is that of its unit
	Kind   string `json:"kind"`
}

// Kinds of WallItem.
const (
	KindUnit     = "unit"
	KindWindow   = "window"
	KindCampaign = "campaign"
)

// Options make the page. Account, Target and Wall are needed; see
// PlatformOptions for the others.
type Options struct {
	Account Account
	Target  string
	Wall    func(context.Context) ([]WallItem, error)
	// Weibo is the account whose follower the phone can be as well; the zero one
	// is none.
	Weibo       WeiboAccount
	WeiboTarget string
	Client      *http.Client
	Now         func() time.Time
	Random      io.Reader
}

// policy lets the page load its own files and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves a phone in the browser, a wall of codes and an inspector.
type page struct {
	phones  map[string]phone // by app
	wall    func(context.Context) ([]WallItem, error)
	picture string // address of the sample picture
	now     func() time.Time
	room    *room
	running chan struct{} // pushes under way
	origin  *http.CrossOriginProtection
}

// The apps that a phone has; pages and calls name them so.
const (
	appWeChat = "wechat"
	appWeibo  = "weibo"
)

// phone is how the page plays one platform.
type phone struct {
	face  Face
	fault error // why there is no face
	newID func(io.Reader) (string, error)
}

// New makes the handler of everything under /simulator; it expects the whole
// path, so that it is mounted without stripping. It is for the demo alone: who
// reaches it may act as any number of made-up citizens. With an account or a
// target that NewPlatform refuses the page is shown and every push fails.
func New(o Options) http.Handler {
	p := &page{wall: o.Wall, now: o.Now, running: make(chan struct{}, maxRunning), origin: http.NewCrossOriginProtection()}
	if p.now == nil {
		p.now = time.Now
	}
	source := sharedSource(o.Random)
	common := PlatformOptions{Account: o.Account, Target: o.Target, Client: o.Client, Now: o.Now, Random: source}
	platform, err := NewPlatform(common)
	p.phones = map[string]phone{appWeChat: {platform, err, func(r io.Reader) (string, error) { return newOpenID(r, "sim") }}}
	if err == nil {
		p.picture = platform.target.Scheme + "://" + platform.target.Host + "/simulator/static/sample.jpg"
	}
	if o.Weibo != (WeiboAccount{}) {
		common.Target = o.WeiboTarget
		weibo, err := NewWeiboPlatform(WeiboOptions{PlatformOptions: common, Weibo: o.Weibo})
		p.phones[appWeibo] = phone{weibo, err, newUID}
	}
	p.room = newRoom(source)
	return p.guard(p.routes())
}

func (p *page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simulator", p.index)
	mux.HandleFunc("GET /simulator/{$}", p.index)
	mux.HandleFunc("GET /simulator/qr", p.qr)
	mux.Handle("GET /simulator/static/", http.StripPrefix("/simulator/", http.FileServerFS(fileOnly{static})))
	mux.HandleFunc("GET /simulator/api/wall", p.listWall)
	mux.HandleFunc("GET /simulator/api/apps", p.apps)
	mux.HandleFunc("GET /simulator/api/history", p.history)
	mux.HandleFunc("POST /simulator/api/citizens", p.addCitizen)
	mux.HandleFunc("POST /simulator/api/redeliver", p.redeliver)
	for name, prepare := range acts {
		mux.HandleFunc("POST /simulator/api/"+name, p.act(prepare))
	}
	return mux
}

// guard sets the headers of every answer and refuses what another site's page
// sends.
func (p *page) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		if err := p.origin.Check(r); err != nil {
			problem(w, http.StatusForbidden, "cross_origin", "请求来自别的网站")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *page) index(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, static, "static/simulator.html")
}

// qr draws the code of a scene.
func (p *page) qr(w http.ResponseWriter, r *http.Request) {
	scene := r.URL.Query().Get("scene")
	if scene == "" || len(scene) > maxScene {
		problem(w, http.StatusBadRequest, "scene_length", "场景值应为1到64个字符")
		return
	}
	svg, err := qrSVG(scene)
	if err != nil {
		problem(w, http.StatusBadRequest, "scene_length", "场景值画不成二维码")
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "private, max-age=86400")
	write(w, []byte(svg))
}

// fileOnly hides the listings of folders.
type fileOnly struct{ fs.FS }

// Open refuses folders. Errors: those of fs.FS.
func (f fileOnly) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		if closeErr := file.Close(); closeErr != nil {
			return nil, closeErr
		}
		return nil, err
	}
	return file, nil
}
