package bot

import (
	"strconv"
	"sync/atomic"
	"time"

	"pingyi/models"
)

// beijing is the time that citizens read; the country has one.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// campaignIndex finds a campaign's units without a walk.
type campaignIndex struct {
	byCode  map[string]*models.Unit
	byClass map[string][]*models.Unit
	byType  map[models.UnitType][]models.Dimension
}

// indexOf is built when it is first wanted; a campaign never changes, so that
// two that are built at once are the same.
type indexOf struct{ p atomic.Pointer[campaignIndex] }

func (c *Campaign) lookup() *campaignIndex {
	if x := c.index.p.Load(); x != nil {
		return x
	}
	x := &campaignIndex{byCode: make(map[string]*models.Unit, len(c.Units)), byClass: map[string][]*models.Unit{}, byType: map[models.UnitType][]models.Dimension{}}
	for u, dims := range c.Dimensions {
		if len(dims) > models.MaxDimensions {
			continue // no such set is asked
		}
		for _, d := range dims {
			x.byType[u] = append(x.byType[u], models.Dimension{Title: safe(d.Title), Question: safe(d.Question)})
		}
	}
	for i := range c.Units {
		u := &c.Units[i]
		x.byCode[u.Code] = u
		if u.RetiredAt.IsZero() {
			x.byClass[u.Class] = append(x.byClass[u.Class], u)
		}
	}
	c.index.p.Store(x)
	return x
}

// example is a unit that can be rated, or nil.
func (c *Campaign) example() *models.Unit {
	for i := range c.Units {
		if c.Units[i].RetiredAt.IsZero() {
			return &c.Units[i]
		}
	}
	return nil
}

// unit is the unit of the campaign with a code, or nil. A retired one is among
// them: what was begun can be finished.
func (c *Campaign) unit(code string) *models.Unit { return c.lookup().byCode[code] }

// dimensions is the set of questions for a unit type, safe to show; nil where
// the campaign has none. Associations and windows without a set of their own
// are asked what the nearest type is asked.
func (x *campaignIndex) dimensions(u models.UnitType) []models.Dimension {
	if d := x.byType[u]; len(d) > 0 {
		return d
	}
	switch u {
	case models.Window:
		return x.byType[models.Service]
	case models.Association:
		return x.byType[models.Government]
	}
	return nil
}

// campaign is the campaign with an id, or nil.
func (t *turn) campaign(id string) *Campaign {
	for _, c := range t.w.Campaigns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// campaignFor picks the campaign in which a unit is rated now: the chosen one
// where it can be, else the newest open one that has the unit. Where none is
// open it is the next that will be, else the last that was.
func (t *turn) campaignFor(code string) *Campaign {
	has := func(c *Campaign) bool { return code == "" || c.unit(code) != nil }
	if c := t.campaign(t.s.campaign); c != nil && has(c) && c.Open(t.in.At) {
		return c
	}
	var next, past *Campaign
	for _, c := range t.w.Campaigns {
		switch {
		case !has(c):
		case c.Open(t.in.At):
			return c
		case c.ahead(t.in.At):
			next = c // newest first: the last that is seen opens first
		case past == nil:
			past = c
		}
	}
	if next != nil {
		return next
	}
	return past
}

// campaignOfYear is the campaign in whose year a complaint falls, or "".
func (t *turn) campaignOfYear() string {
	year := t.in.At.In(beijing).Year()
	for _, c := range t.w.Campaigns {
		if c.From.In(beijing).Year() <= year {
			return c.ID
		}
	}
	return ""
}

// date writes the day of a time in Beijing.
func (t *turn) date(at time.Time) string {
	at = at.In(beijing)
	return t.fill(textDate, strconv.Itoa(at.Year()), strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()))
}

// moment writes the day and minute of a time in Beijing, with its year where
// that is not this one.
func (t *turn) moment(at time.Time) string {
	at = at.In(beijing)
	if at.Year() != t.in.At.In(beijing).Year() {
		return t.date(at) + at.Format("15:04")
	}
	return t.fill(textMoment, strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()), at.Format("15:04"))
}

// hour writes the hour of a time. Of complaints no finer time is kept, so none
// is shown.
func (t *turn) hour(at time.Time) string {
	at = at.In(beijing)
	if at.Year() != t.in.At.In(beijing).Year() {
		return t.date(at) + strconv.Itoa(at.Hour()) + "时"
	}
	return t.fill(textHour, strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()), strconv.Itoa(at.Hour()))
}

// lastDay writes the last day of a campaign's rating window.
func (t *turn) lastDay(c *Campaign) string { return t.date(c.To.Add(-time.Nanosecond)) }

// fill is a text of one line with its holes filled.
func (t *turn) fill(id textID, args ...string) string {
	from := t.c.arena.Len()
	for _, s := range t.e.texts.lines[id][0] {
		if s.hole < 0 {
			t.c.arena.WriteString(s.literal)
		} else {
			t.c.arena.WriteString(args[s.hole])
		}
	}
	return t.c.arena.String()[from:]
}
