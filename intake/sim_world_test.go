package intake_test

import (
	"context"
	"crypto/sha256"
	"regexp"
	"strings"
	"sync"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
)

var (
	simNow  = time.Date(2017, 5, 10, 1, 30, 0, 0, time.UTC)
	account = &intake.Account{ID: "wx", Tenant: "default", Channel: models.Mobile, Face: plainFace{}}
	link    = regexp.MustCompile("「([^」\x1f]*)\x1f([^」]*)」")
)

// plainFace shows a link as 「label US words」.
type plainFace struct{}

func (plainFace) Platform() bot.Platform { return bot.Platform{Taps: true} }

func (plainFace) Render(m bot.Message) string {
	var b strings.Builder
	for _, l := range m.Lines {
		for _, s := range l {
			if s.Send == "" {
				b.WriteString(s.Label)
				continue
			}
			b.WriteString("「" + s.Label + "\x1f" + s.Send + "」")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// unitList is a register that is searched from front to back.
type unitList []models.Unit

func (l unitList) ByCode(code string) (models.Unit, bool) {
	for _, u := range l {
		if strings.EqualFold(u.Code, code) {
			return u, true
		}
	}
	return models.Unit{}, false
}

func (l unitList) Exact(text string) []models.Unit {
	var out []models.Unit
	for _, u := range l {
		if strings.EqualFold(u.Name, text) || strings.EqualFold(u.Code, text) {
			out = append(out, u)
		}
	}
	return out
}

func (l unitList) Namesakes(string) []models.Unit { return nil }

func (l unitList) Search(text string, limit int) []models.Unit {
	var out []models.Unit
	for _, u := range l {
		if len(out) < limit && strings.Contains(u.Name, text) {
			out = append(out, u)
		}
	}
	return out
}

func simWorld(now time.Time, closes time.Duration) *bot.World {
	units := unitList{
		{Code: "A01", Name: "市公安局", Class: "政府部门", Type: models.Government},
		{Code: "A03", Name: "市教育局", Class: "政府部门", Type: models.Government},
		{Code: "C01", Name: "市自来水公司", Class: "公共服务单位", Type: models.Service},
	}
	dims := make([]models.Dimension, 5)
	for i, title := range []string{"依法行政", "政风行风", "廉洁从政", "政务公开", "系统建设"} {
		dims[i] = models.Dimension{Title: title, Question: "怎么样？"}
	}
	if closes == 0 {
		closes = 24 * time.Hour
	}
	return &bot.World{
		Platform: bot.Platform{Taps: true}, Directory: units,
		Campaigns: []*bot.Campaign{{
			ID: "2017", Title: "2017年度政风行风评议", From: now.Add(-time.Hour), To: now.Add(closes),
			Classes: []string{"政府部门", "公共服务单位"}, Units: units,
			Dimensions: map[models.UnitType][]models.Dimension{models.Government: dims, models.Service: dims},
		}},
	}
}

// simKeys are always there and the same for everybody.
type simKeys struct{}

var wrapped struct {
	sync.Mutex
	key map[string][]byte
}

func (simKeys) Key(_ context.Context, tenant, name string) ([]byte, error) {
	wrapped.Lock()
	defer wrapped.Unlock()
	use := tenant + "/" + name
	if k := wrapped.key[use]; k != nil {
		return k, nil
	}
	w, err := seal.NewWrapper("the secret of the simulation is long", "")
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(use))
	if wrapped.key == nil {
		wrapped.key = map[string][]byte{}
	}
	wrapped.key[use] = w.Wrap(key[:], use)
	return wrapped.key[use], nil
}

func (k simKeys) AddKey(ctx context.Context, tenant, name string, _ []byte) ([]byte, error) {
	return k.Key(ctx, tenant, name)
}

func (k simKeys) PersonKey(ctx context.Context, p models.PersonKey) ([]byte, error) {
	return k.Key(ctx, p.Tenant, p.Name())
}

func (simKeys) SealingKeys(context.Context, string) ([]models.SealingKey, error) { return nil, nil }

func (k simKeys) AddPersonKey(ctx context.Context, p models.PersonKey, _ []byte) ([]byte, error) {
	return k.PersonKey(ctx, p)
}

func tenantKeys() *seal.Tenant {
	w, err := seal.NewWrapper("the secret of the simulation is long", "")
	if err != nil {
		panic(err)
	}
	t, err := seal.NewRing(w, simKeys{}).Tenant(context.Background(), "default")
	if err != nil {
		panic(err)
	}
	return t
}

var simTenant = sync.OnceValue(tenantKeys)

func citizenID(_ *sim, id string) models.ID { return simTenant().Citizen(account.ID, id) }

type nobody struct{}

func (nobody) Turn(string, string, time.Duration) {}
func (nobody) Commit(string, time.Duration)       {}
func (nobody) Shed(bot.Class)                     {}

// citizen is somebody with a phone, who taps links old and new.
type citizen struct {
	id    string
	sim   *sim
	last  *push
	heard bool   // the last push was answered
	text  string // of the screen
	shown []string
	links []string // all ever shown
	wants string   // what the citizen keeps coming back for
}

func (c *citizen) sent(*push) { c.heard = false }

// see takes the first answer of a push onto the screen.
func (c *citizen) see(d *delivery) {
	if d.p == c.last {
		c.heard = true
	}
	if len(d.p.answers) > 1 || d.answer.Text == "" {
		return
	}
	c.text, c.shown = d.answer.Text, nil
	for _, m := range link.FindAllStringSubmatch(d.answer.Text, -1) {
		c.shown = append(c.shown, m[2])
		c.links = append(c.links, m[2])
	}
}

func text(s string) bot.Input { return bot.Input{Kind: bot.Text, Text: s} }

func (c *citizen) digits() string {
	b := make([]byte, 5)
	for i := range b {
		b[i] = '0' + byte(c.sim.rnd.IntN(6))
	}
	return string(b)
}

// pick is one of a list, "" of none.
func (c *citizen) pick(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[c.sim.rnd.IntN(len(list))]
}

// leads are what leads on from a screen.
var leads = []struct {
	when string
	say  []string
}{
	{"要反映哪个单位", []string{"市教育局", "市公安局", "不确定"}},
	{"是哪一类问题", []string{"1", "2", "办事拖拉", "廉洁问题"}},
	{"还有就接着发", []string{"完成", "完成", "还有一件"}},
	{"请把经过发给我", []string{"等了两个小时", "窗口没人"}},
	{"匿名还是实名", []string{"匿名", "实名"}},
	{"要不要留个联系方式", []string{"跳过", "13800000000"}},
	{"撤回哪", []string{"1"}},
}

// choose is what the citizen does next: mostly something that leads on.
func (c *citizen) choose() bot.Input {
	r := c.sim.rnd
	for _, l := range c.shown {
		switch {
		case strings.HasPrefix(l, "确认") && r.IntN(10) < 6,
			strings.HasPrefix(l, "重新开始") && r.IntN(10) < 4,
			strings.HasPrefix(l, "原因") && r.IntN(10) < 2:
			return text(l)
		case l == "完成" && r.IntN(2) == 0, strings.HasSuffix(l, "匿名") && r.IntN(2) == 0:
			return text(l)
		case strings.HasSuffix(l, "第1题 满意") && r.IntN(10) < 6:
			return text(c.digits())
		}
	}
	for _, s := range leads {
		if strings.Contains(c.text, s.when) && r.IntN(10) < 7 {
			return text(c.pick(s.say))
		}
	}
	if c.wants != "" && r.IntN(3) == 0 {
		return text(c.wants)
	}
	switch n := r.IntN(40); {
	case n < 12:
		if l := c.pick(c.shown); l != "" {
			return text(l)
		}
		return bot.Input{Kind: bot.Scan, Scene: "u:A03"}
	case n < 17:
		if l := c.pick(c.links); l != "" { // an old one
			return text(l)
		}
		return text("评议")
	case n < 25:
		return bot.Input{Kind: bot.Scan, Scene: "u:" + c.pick([]string{"A01", "A03", "C01"})}
	case n < 30:
		return text(c.digits())
	case n == 30:
		return bot.Input{Kind: bot.Unfollow}
	case n == 31:
		return bot.Input{Kind: bot.Follow, Scene: "u:A01"}
	case n == 32:
		return bot.Input{Kind: bot.Picture, Media: bot.Media{ID: "m"}}
	}
	return text(c.pick([]string{"确认", "取消", "查询", "撤回", "投诉", "市教育局", "1", "2", "修改", "等了两个小时", "跳过", "匿名"}))
}
