package simulator

import (
	"context"
	"crypto/sha1" // the platform defines its signature over SHA-1
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pingyi/models"
)

// WeiboAccount is the account with the fan service that is played.
type WeiboAccount struct {
	UID       string // decimal digits
	AppSecret string
}

// WeiboOptions make a WeiboPlatform. Account and PlatformOptions.Target are
// needed; PlatformOptions.Account is not used.
type WeiboOptions struct {
	PlatformOptions
	Weibo WeiboAccount
	// Scenes is the number of each neutral scene (u:A03) that has a code on this
	// platform, whose codes carry numbers alone. A scan of a number needs none.
	Scenes func(context.Context) (map[string]int, error)
}

// WeiboPlatform plays Weibo's fan service towards one webhook. It is safe for
// concurrent use, each Citizen by one goroutine at a time. Their OpenID is a uid
// in decimal digits.
type WeiboPlatform struct {
	courier
	account WeiboAccount
	scenes  func(context.Context) (map[string]int, error)
	next    atomic.Uint64 // of media and mentions
}

var _ Face = (*WeiboPlatform)(nil)

// weiboTextLimit is what an answer stays below, in characters.
const weiboTextLimit = 300

// NewWeiboPlatform checks the options. Errors are models.Invalid: an account
// without app secret or with a uid that is no number, a target that is no http
// address.
func NewWeiboPlatform(o WeiboOptions) (*WeiboPlatform, error) {
	if _, err := strconv.ParseInt(o.Weibo.UID, 10, 64); err != nil || o.Weibo.AppSecret == "" {
		return nil, models.Errorf(models.Invalid, "account", "an account needs a uid in digits and an app secret")
	}
	c, err := newCourier(o.PlatformOptions, "application/json")
	if err != nil {
		return nil, err
	}
	p := &WeiboPlatform{courier: c, account: o.Weibo, scenes: o.Scenes}
	first, err := p.random(8)
	if err != nil {
		return nil, err
	}
	p.next.Store(1e15 + binary.BigEndian.Uint64(first)%8e15) // real ids have 16 digits
	return p, nil
}

func (p *WeiboPlatform) channel() models.Channel { return models.Social }

// citizenID is the uid of a citizen of a run of the driver.
func (p *WeiboPlatform) citizenID(run string, number int) string {
	sum := sha1.Sum([]byte(run))                                                                                // spreads the runs, protects nothing
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(sum[:])%8_000+1_000)*1_000_000+uint64(number), 10) //nolint:gosec // never negative
}

// Make makes a push without sending it. Errors: a push that cannot be made.
func (p *WeiboPlatform) Make(ctx context.Context, c *Citizen, act Act) (Exchange, error) {
	kind, text, data, err := p.say(ctx, c, act)
	if err != nil {
		return Exchange{}, err
	}
	sender, err := strconv.ParseInt(c.OpenID, 10, 64)
	if err != nil {
		return Exchange{}, models.Errorf(models.Invalid, "uid", "a citizen's uid is a number")
	}
	now := p.now()
	receiver, _ := strconv.ParseInt(p.account.UID, 10, 64) // checked by NewWeiboPlatform
	body, err := marshalPlain(map[string]any{
		"type": kind, "receiver_id": receiver, "sender_id": sender, "text": text, "data": data,
		"created_at": c.second(now, kind+text+fmt.Sprint(data)).In(time.FixedZone("", 8*60*60)).Format(time.RubyDate),
	})
	if err != nil {
		return Exchange{}, err
	}
	query, err := p.sign(now)
	if err != nil {
		return Exchange{}, err
	}
	return Exchange{Act: act, OpenID: c.OpenID, Push: body, Envelope: body, URL: p.path(query)}, nil
}

// second is the platform's time of what a citizen does. Pushes of this platform
// have no id and whole seconds, so a person never sends the same twice within
// one; made-up citizens are faster, and their time goes on by a second then.
func (c *Citizen) second(now time.Time, what string) time.Time {
	now = now.Truncate(time.Second)
	if now.After(c.at) {
		c.at, c.done = now, nil
	}
	if slices.Contains(c.done, what) {
		c.at, c.done = c.at.Add(time.Second), nil
	}
	c.done = append(c.done, what)
	return c.at
}

// say is what the platform tells of an act. It sets the citizen's follow state.
func (p *WeiboPlatform) say(ctx context.Context, c *Citizen, act Act) (kind, text string, data map[string]any, err error) {
	data = map[string]any{}
	switch act.Kind {
	case ActText, ActTap:
		return "text", act.Text, data, nil
	case ActScan:
		number, err := p.number(ctx, act.Scene)
		data["subtype"], data["key"], data["ticket"] = "scan", "QR_SCENE_"+number, "TICKET"
		if !c.Following {
			data["subtype"] = "scan_follow"
		}
		c.Following = true
		return "event", "扫描二维码", data, err
	case ActFollow, ActUnfollow:
		data["subtype"] = string(act.Kind)
		c.Following = act.Kind == ActFollow
		return "event", map[ActKind]string{ActFollow: "关注事件消息", ActUnfollow: "取消关注事件消息"}[act.Kind], data, nil
	case ActClick:
		data["subtype"], data["key"] = "click", act.Text
		return "event", "菜单点击事件消息", data, nil
	case ActPicture, ActVoice:
		id := p.next.Add(2)
		data["vfid"], data["tovfid"] = id-1, id
		if act.Kind == ActVoice {
			return "voice", "发了一段语音", data, nil
		}
		return "image", "发了一张图片", data, nil
	case ActPlace:
		data["longitude"], data["latitude"] = act.Longitude, act.Latitude
		return "position", "我在这里: " + act.Label, data, nil
	case ActMention:
		data["subtype"], data["key"] = act.Label, strconv.FormatUint(p.next.Add(1), 10)
		return "mention", act.Text, data, nil
	}
	return "", "", nil, models.Errorf(models.Invalid, "unknown_act", "no act of kind %q", act.Kind)
}

// number is what the code of a scene carries.
func (p *WeiboPlatform) number(ctx context.Context, scene string) (string, error) {
	if _, err := strconv.ParseUint(scene, 10, 32); err == nil {
		return scene, nil
	}
	if p.scenes != nil {
		known, err := p.scenes(ctx)
		if err != nil {
			return "", err
		}
		if n, ok := known[scene]; ok {
			return strconv.Itoa(n), nil
		}
	}
	return "", models.Errorf(models.Invalid, "unknown_scene", "no code of this platform has the scene")
}

// sign is the query of a push: its signature covers the time and the nonce.
func (p *WeiboPlatform) sign(now time.Time) (string, error) {
	b, err := p.random(5)
	if err != nil {
		return "", err
	}
	n := new(big.Int).SetBytes(b)
	stamp, nonce := strconv.FormatInt(now.UnixMilli(), 10), n.Mod(n, big.NewInt(1e9)).String()
	parts := []string{p.account.AppSecret, stamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return url.Values{"signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}}.Encode(), nil
}

// Push implements Face.
func (p *WeiboPlatform) Push(ctx context.Context, c *Citizen, act Act) (Exchange, error) {
	e, err := p.Make(ctx, c, act)
	if err != nil {
		return Exchange{}, err
	}
	return p.deliver(ctx, e, p.judge)
}

// Redeliver implements Face.
func (p *WeiboPlatform) Redeliver(ctx context.Context, first Exchange) (Exchange, error) {
	return p.deliver(ctx, first, p.judge)
}

// judge fills in what an answer says and what is wrong with it. An empty body
// says nothing.
func (p *WeiboPlatform) judge(e *Exchange) {
	e.Plain, e.Text, e.Links, e.Faults = "", "", nil, nil
	switch {
	case e.Status == 0:
		e.fault(FaultSilent)
	case e.Status != 200:
		e.fault(FaultStatus)
	case len(e.Raw) > maxAnswer:
		e.fault(FaultTooBig)
	case e.Raw != "":
		p.read(e)
	}
}

// read checks an answer; all that is wrong is told at once.
func (p *WeiboPlatform) read(e *Exchange) {
	var m struct {
		Result   bool   `json:"result"`
		Sender   string `json:"sender_id"`
		Receiver string `json:"receiver_id"`
		Type     string `json:"type"`
		Data     string `json:"data"`
	}
	if json.Unmarshal([]byte(e.Raw), &m) != nil || !m.Result {
		e.fault(FaultJSON)
		return
	}
	if m.Receiver != e.OpenID {
		e.fault(FaultReceiver)
	}
	if m.Sender != p.account.UID {
		e.fault(FaultSender)
	}
	if m.Type != "text" {
		e.fault(FaultType)
	}
	var data struct {
		Text string `json:"text"`
	}
	// The platform reads a plus as itself.
	decoded, err := url.PathUnescape(m.Data)
	if err != nil || json.Unmarshal([]byte(decoded), &data) != nil {
		e.fault(FaultData)
		return
	}
	switch {
	case data.Text == "":
		e.fault(FaultEmpty)
	case utf16Length(data.Text) >= weiboTextLimit:
		e.fault(FaultTooLong)
	}
	e.Plain = fmt.Sprintf(`{"result":true,"sender_id":%q,"receiver_id":%q,"type":%q,"data":%s}`, m.Sender, m.Receiver, m.Type, decoded)
	e.Text = data.Text
	e.Links = numberedLines(data.Text)
}

var numberedLine = regexp.MustCompile(`(?m)^(\d{1,2}) (.+)$`)

// numberedLines are the choices of an answer on a platform without tap links:
// typing the number takes what stands beside it. Lines of a summary have the
// same form and are listed too.
func numberedLines(text string) []Link {
	var links []Link
	for _, m := range numberedLine.FindAllStringSubmatch(text, -1) {
		links = append(links, Link{Label: m[2], Content: m[1]})
	}
	return links
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// marshalPlain is JSON without escapes for HTML.
func marshalPlain(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("encode a push: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
