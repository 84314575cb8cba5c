package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of the Weibo API as it is played.
const (
	weiboDailyQuota = 100            // the newest quota seen, a day, user and app
	weiboCount      = 50             // rows of a page where the call does not say
	weiboMaxCount   = 200            // rows of a page at most
	weiboMaxBatch   = 50             // ids of a call of comments/show_batch
	weiboWindow     = 48 * time.Hour // of customer service after a contact
	weiboDay        = "2006-01-02"
)

// weiboError is an error as the API tells it.
type weiboError struct {
	status int
	code   int
	text   string
}

var (
	errWeiboQuota   = weiboError{http.StatusForbidden, 10023, "User requests out of rate limit!"}
	errWeiboParam   = weiboError{http.StatusBadRequest, 10017, "Parameter's value invalid!"}
	errWeiboClosed  = weiboError{http.StatusForbidden, 10014, "Insufficient app permissions!"}
	errWeiboPath    = weiboError{http.StatusNotFound, 10020, "Request Api not found!"}
	errWeiboMethod  = weiboError{http.StatusMethodNotAllowed, 10021, "HTTP method is not suported for this request!"}
	errWeiboUser    = weiboError{http.StatusBadRequest, 20003, "User does not exists!"}
	errWeiboExpired = weiboError{http.StatusUnauthorized, 21327, "expired_token"}
	errWeiboToken   = weiboError{http.StatusUnauthorized, 21332, "invalid_access_token"}
	errWeiboBroken  = weiboError{http.StatusServiceUnavailable, 10001, "System error!"}
)

// WeiboUser is a user of the played platform.
type WeiboUser struct {
	ID           int64
	Name         string
	Follows      bool // the account
	CreatedAt    time.Time
	Followers    int
	Statuses     int
	Verified     bool
	VerifiedType int // -1 not verified, 0 a person, 1 government
}

// WeiboPost is a comment or a status of the played platform.
type WeiboPost struct {
	ID   int64
	User int64
	At   time.Time
	Text string
}

// WeiboSent is a message that was sent by customer service.
type WeiboSent struct {
	Receiver string
	Type     string
	Data     string // JSON, decoded from the form
	At       time.Time
}

// WeiboAPIOptions make a WeiboAPI. UID and Token are needed.
type WeiboAPIOptions struct {
	UID     string           // of the account
	Token   string           // the access token that is valid
	Expires time.Time        // of the token; never where zero
	Quota   int              // counted calls a Beijing day, 100 where 0, none where negative
	Now     func() time.Time // time.Now where nil
}

// WeiboAPI plays the API that Weibo offers to an account: comments, mentions,
// users, customer service. It is an http.Handler for paths that begin with /2/,
// safe for concurrent use, and counts and refuses as the platform does. Every
// GET costs quota, refused ones cost none.
type WeiboAPI struct {
	o WeiboAPIOptions

	mu       sync.Mutex
	lists    map[string][]WeiboPost // by path, newest first
	users    map[int64]WeiboUser
	contacts map[string]time.Time
	sent     []WeiboSent
	calls    map[string]int // counted calls by Beijing day
	paths    map[string]int // answered calls by path
	broken   int
}

// The lists of a WeiboAPI.
const (
	WeiboToMe           = "/2/comments/to_me.json"      // comments on the account's statuses
	WeiboMentions       = "/2/comments/mentions.json"   // comments that name the account
	WeiboStatusMentions = "/2/statuses/mentions.json"   // statuses that name the account
	weiboShowBatch      = "/2/comments/show_batch.json" // comments by id
	weiboUserInfo       = "/2/eps/user/info.json"
	weiboUsersShow      = "/2/users/show.json"
	weiboReply          = "/2/messages/reply.json"
)

// NewWeiboAPI makes an API without users, comments and statuses.
func NewWeiboAPI(o WeiboAPIOptions) *WeiboAPI {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Quota == 0 {
		o.Quota = weiboDailyQuota
	}
	return &WeiboAPI{
		o: o, lists: map[string][]WeiboPost{}, users: map[int64]WeiboUser{}, contacts: map[string]time.Time{},
		calls: map[string]int{}, paths: map[string]int{},
	}
}

// Post puts posts into one of the lists, which is kept in descending order of
// id in whichever order they come.
func (a *WeiboAPI) Post(list string, posts ...WeiboPost) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := slices.Concat(a.lists[list], posts)
	slices.SortFunc(all, func(x, y WeiboPost) int { return int(min(max(y.ID-x.ID, -1), 1)) })
	a.lists[list] = all
}

// Delete takes posts out of every list, as their authors may.
func (a *WeiboAPI) Delete(ids ...int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, list := range a.lists {
		a.lists[name] = slices.DeleteFunc(list, func(p WeiboPost) bool { return slices.Contains(ids, p.ID) })
	}
}

// SetUser puts a user in or changes one.
func (a *WeiboAPI) SetUser(u WeiboUser) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users[u.ID] = u
}

// Contact opens the window of customer service for a citizen.
func (a *WeiboAPI) Contact(uid string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.contacts[uid] = at
}

// SetExpiry changes when the token ends.
func (a *WeiboAPI) SetExpiry(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.o.Expires = at
}

// Break makes the next n calls fail with a fault of the platform. They cost
// quota, as the platform counts them.
func (a *WeiboAPI) Break(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = n
}

// Sent lists what customer service sent, in its order.
func (a *WeiboAPI) Sent() []WeiboSent {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.sent)
}

// Counted is how many calls cost quota on the Beijing day of at.
func (a *WeiboAPI) Counted(at time.Time) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls[beijingDate(at)]
}

// Answered is how many calls of a path were answered without an error.
func (a *WeiboAPI) Answered(path string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.paths[path]
}

func beijingDate(at time.Time) string {
	return at.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(weiboDay)
}

// ServeHTTP implements http.Handler.
func (a *WeiboAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	value, fault := a.answer(r)
	status := http.StatusOK
	if fault != nil {
		status = fault.status
		value = map[string]any{"request": r.URL.Path, "error_code": fault.code, "error": fault.text}
	}
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	write(w, body)
}

func (a *WeiboAPI) answer(r *http.Request) (any, *weiboError) {
	if err := r.ParseForm(); err != nil {
		return nil, &errWeiboParam
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	do, method := a.endpoint(r.URL.Path)
	switch {
	case do == nil:
		return nil, &errWeiboPath
	case r.Method != method:
		return nil, &errWeiboMethod
	case r.FormValue("access_token") != a.o.Token || a.o.Token == "":
		return nil, &errWeiboToken
	case !a.o.Expires.IsZero() && !a.o.Now().Before(a.o.Expires):
		return nil, &errWeiboExpired
	}
	if method == http.MethodGet {
		day := beijingDate(a.o.Now())
		if a.o.Quota > 0 && a.calls[day] >= a.o.Quota {
			return nil, &errWeiboQuota
		}
		a.calls[day]++
	}
	if a.broken > 0 {
		a.broken--
		return nil, &errWeiboBroken
	}
	value, fault := do(r)
	if fault == nil {
		a.paths[r.URL.Path]++
	}
	return value, fault
}

func (a *WeiboAPI) endpoint(path string) (do func(*http.Request) (any, *weiboError), method string) {
	switch path {
	case WeiboToMe, WeiboMentions:
		return a.page("comments"), http.MethodGet
	case WeiboStatusMentions:
		return a.page("statuses"), http.MethodGet
	case weiboShowBatch:
		return a.batch, http.MethodGet
	case weiboUserInfo:
		return a.userInfo, http.MethodGet
	case weiboUsersShow:
		return a.userShow, http.MethodGet
	case weiboReply:
		return a.reply, http.MethodPost
	}
	return nil, ""
}

// page answers a list: what is newer than since_id and not newer than max_id,
// the newest first, count rows from page on.
func (a *WeiboAPI) page(name string) func(*http.Request) (any, *weiboError) {
	return func(r *http.Request) (any, *weiboError) {
		since, ok1 := number(r, "since_id", 0)
		highest, ok2 := number(r, "max_id", 0)
		count, ok3 := number(r, "count", weiboCount)
		page, ok4 := number(r, "page", 1)
		if !ok1 || !ok2 || !ok3 || !ok4 || count < 1 || page < 1 {
			return nil, &errWeiboParam
		}
		count = min(count, weiboMaxCount)
		rows, skip := []any{}, (page-1)*count
		for _, p := range a.lists[r.URL.Path] {
			if p.ID <= since || highest > 0 && p.ID > highest {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
			if int64(len(rows)) < count {
				rows = append(rows, a.post(p))
			}
		}
		return map[string]any{name: rows, "previous_cursor": 0, "next_cursor": 0, "total_number": len(a.lists[r.URL.Path])}, nil
	}
}

// batch answers comments by id; those that are gone are left out.
func (a *WeiboAPI) batch(r *http.Request) (any, *weiboError) {
	ids := strings.Split(r.FormValue("cids"), ",")
	if len(ids) > weiboMaxBatch {
		return nil, &errWeiboParam
	}
	rows := []any{}
	for _, path := range []string{WeiboToMe, WeiboMentions} {
		for _, p := range a.lists[path] {
			if i := slices.Index(ids, strconv.FormatInt(p.ID, 10)); i >= 0 {
				ids = slices.Delete(ids, i, i+1)
				rows = append(rows, a.post(p))
			}
		}
	}
	return rows, nil
}

func (a *WeiboAPI) post(p WeiboPost) map[string]any {
	return map[string]any{
		"created_at": p.At.In(time.FixedZone("", 8*60*60)).Format(time.RubyDate), "id": p.ID, "idstr": strconv.FormatInt(p.ID, 10),
		"mid": strconv.FormatInt(p.ID, 10), "text": p.Text, "source": "微博", "user": a.profile(a.users[p.User], p.User),
	}
}

func (a *WeiboAPI) profile(u WeiboUser, id int64) map[string]any {
	return map[string]any{
		"id": id, "idstr": strconv.FormatInt(id, 10), "screen_name": u.Name, "followers_count": u.Followers,
		"statuses_count": u.Statuses, "created_at": u.CreatedAt.In(time.FixedZone("", 8*60*60)).Format(time.RubyDate),
		"verified": u.Verified, "verified_type": u.VerifiedType,
	}
}

func (a *WeiboAPI) user(r *http.Request) (WeiboUser, *weiboError) {
	id, ok := number(r, "uid", 0)
	u, known := a.users[id]
	switch {
	case !ok || id <= 0:
		return u, &errWeiboParam
	case !known:
		return u, &errWeiboUser
	}
	return u, nil
}

func (a *WeiboAPI) userShow(r *http.Request) (any, *weiboError) {
	u, fault := a.user(r)
	return a.profile(u, u.ID), fault
}

// userInfo tells whether a user follows the account.
func (a *WeiboAPI) userInfo(r *http.Request) (any, *weiboError) {
	u, fault := a.user(r)
	follows := 0
	if u.Follows {
		follows = 1
	}
	return map[string]any{
		"uid": u.ID, "nickname": u.Name, "sex": 0, "language": "zh-cn", "subscribe": follows, "follow": follows,
	}, fault
}

// reply is customer service: a text to a citizen whose window is open.
func (a *WeiboAPI) reply(r *http.Request) (any, *weiboError) {
	m := WeiboSent{Receiver: r.PostFormValue("receiver_id"), Type: r.PostFormValue("type"), Data: r.PostFormValue("data"), At: a.o.Now()}
	var data struct {
		Text string `json:"text"`
	}
	if m.Receiver == "" || m.Type != "text" || json.Unmarshal([]byte(m.Data), &data) != nil || data.Text == "" || utf16Length(data.Text) >= weiboTextLimit {
		return nil, &errWeiboParam
	}
	if at, ok := a.contacts[m.Receiver]; !ok || m.At.Sub(at) > weiboWindow {
		return nil, &errWeiboClosed
	}
	a.sent = append(a.sent, m)
	return map[string]any{"result": true, "sender_id": a.o.UID, "receiver_id": m.Receiver, "type": m.Type, "data": m.Data}, nil
}

// number reads a parameter that is a number and may be left out.
func number(r *http.Request, name string, otherwise int64) (int64, bool) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}
