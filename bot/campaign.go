package bot

import (
	"sync/atomic"

	"pingyi/bot/catalogue"
	"pingyi/models"
)

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
			x.byType[u] = append(x.byType[u], models.Dimension{Title: catalogue.Safe(d.Title), Question: catalogue.Safe(d.Question)})
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

// Example is a unit that can be rated, or nil.
func (c *Campaign) Example() *models.Unit {
	for i := range c.Units {
		if c.Units[i].RetiredAt.IsZero() {
			return &c.Units[i]
		}
	}
	return nil
}

// Unit is the unit of the campaign with a code, or nil. A retired one is among
// them: what was begun can be finished.
func (c *Campaign) Unit(code string) *models.Unit { return c.lookup().byCode[code] }

// OfClass lists the units of a class that are not retired.
func (c *Campaign) OfClass(class string) []*models.Unit { return c.lookup().byClass[class] }

// DimensionsOf is the set of questions for a unit type, safe to show; nil where
// the campaign has none. Associations and windows without a set of their own
// are asked what the nearest type is asked.
func (c *Campaign) DimensionsOf(u models.UnitType) []models.Dimension {
	x := c.lookup()
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

// Campaign is the campaign with an id, or nil.
func (t *Turn) Campaign(id string) *Campaign {
	for _, c := range t.W.Campaigns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// CampaignFor picks the campaign in which a unit is rated now: the chosen one
// where it can be, else the newest open one that has the unit. Where none is
// open it is the next that will be, else the last that was.
func (t *Turn) CampaignFor(code string) *Campaign {
	has := func(c *Campaign) bool { return code == "" || c.Unit(code) != nil }
	if c := t.Campaign(t.S.Campaign); c != nil && has(c) && c.Open(t.In.At) {
		return c
	}
	var next, past *Campaign
	for _, c := range t.W.Campaigns {
		switch {
		case !has(c):
		case c.Open(t.In.At):
			return c
		case c.Ahead(t.In.At):
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
