package rating

import (
	"pingyi/models"
)

// Rate submits a confirmed rating. Draft is unique among the drafts of one citizen
// alone.
type Rate struct {
	Draft    models.ID
	Campaign string
	Unit     string // code
	Window   string // code of the window whose code was scanned, or ""
	Serial   string // of the scanned code, unverified, "<serial>.<signature>" or ""
	Answers  models.Answers
}

// ActionName implements bot.Action.
func (Rate) ActionName() string { return "rate" }

// GiveReason adds a tapped reason to a rating with a low level.
type GiveReason struct {
	Campaign string
	Unit     string
	Receipt  string
	Reason   string // one of Reasons
}

// ActionName implements bot.Action.
func (GiveReason) ActionName() string { return "reason" }

// Reasons are what may be tapped after a low level, in the order offered.
var Reasons = []string{"waiting", "attitude", "buckpassing", "charges", "unclear", "other"}
