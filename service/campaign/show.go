package campaign

import (
	"cmp"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// UnknownVia stands where what entered a row was not kept yet.
const UnknownVia = "unknown"

// Shown is a campaign as `pingyi campaign show` prints it.
type Shown struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Profile  string          `json:"profile"`
	Phase    models.Phase    `json:"phase"`
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Created  time.Time       `json:"created_at"`
	Approved *ShownAct       `json:"approved"`
	Issued   *scoring.Issued `json:"issued"`
	Notice   string          `json:"notice,omitempty"`
	Stopped  *ShownStop      `json:"stopped,omitempty"`
	Sealed   *time.Time      `json:"sealed_at"`
	Channels []ShownChannel  `json:"channels"`
	Frozen   ShownFrozen     `json:"frozen"`
}

type (
	// ShownAct is who did what is shown.
	ShownAct struct {
		At  time.Time `json:"at"`
		By  string    `json:"by"`  // as typed
		Via string    `json:"via"` // what entered it
	}
	// ShownStop is the early end.
	ShownStop struct {
		ShownAct
		Reason  string    `json:"reason"`
		Planned time.Time `json:"planned_to"`
	}
	// ShownChannel is a channel that is collected.
	ShownChannel struct {
		Channel   models.Channel `json:"channel"`
		FullMarks string         `json:"full_marks"`
		Method    string         `json:"method"`
		Account   string         `json:"account"` // empty: any that the tenant has
	}
	// ShownFrozen is what was frozen at the creation.
	ShownFrozen struct {
		Classes    []string                             `json:"classes"`
		Dimensions map[models.UnitType][]ShownDimension `json:"dimensions"`
		Methods    []scoring.Method                     `json:"methods"`
		Units      []ShownUnit                          `json:"units"`
	}
	// ShownDimension is a question area.
	ShownDimension struct {
		Title    string `json:"title"`
		Question string `json:"question"`
	}
	// ShownUnit is a rated unit.
	ShownUnit struct {
		Code  string          `json:"code"`
		Name  string          `json:"name"`
		Class string          `json:"class"`
		Type  models.UnitType `json:"type"`
	}
)

// Show returns the campaign as it is shown at now.
func (c *Campaign) Show(now time.Time) Shown {
	s := Shown{
		ID: c.ID, Title: c.Title, Profile: c.Profile, Phase: c.Phase(now), From: c.OpensAt.Time, To: c.ClosesAt.Time, Created: c.CreatedAt.Time,
		Frozen: ShownFrozen{Classes: c.Defined.Classes, Methods: c.Defined.Methods, Dimensions: map[models.UnitType][]ShownDimension{}},
	}
	if c.Defined.HasPaper() {
		s.Issued = &c.Defined.Issued
	} else {
		s.Notice = scoring.SampleNotice
	}
	if !c.ApprovedAt.IsZero() {
		s.Approved = &ShownAct{c.ApprovedAt.Time, c.ApprovedBy, c.EnteredApproval()}
	}
	if !c.StoppedAt.IsZero() {
		s.Stopped = &ShownStop{ShownAct{c.StoppedAt.Time, c.StoppedBy, c.StoppedVia}, c.StopReason, c.PlannedClose.Time}
	}
	if !c.SealedAt.IsZero() {
		s.Sealed = &c.SealedAt.Time
	}
	for _, ch := range c.Channels {
		s.Channels = append(s.Channels, ShownChannel{ch.Channel, ch.FullMarks, ch.Method, ch.Account})
	}
	for unitType, set := range c.Defined.Dimensions {
		for _, d := range set {
			s.Frozen.Dimensions[unitType] = append(s.Frozen.Dimensions[unitType], ShownDimension(d))
		}
	}
	for _, u := range c.Units {
		s.Frozen.Units = append(s.Frozen.Units, ShownUnit{u.Code, u.Name, u.Class, u.Type})
	}
	return s
}

// EnteredApproval is what entered the approval.
func (c *Campaign) EnteredApproval() string { return cmp.Or(c.ApprovedVia, UnknownVia) }
