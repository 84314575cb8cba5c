// Package complaints handles what citizens report (投诉举报): intake, numbers and
// query codes, states, deadlines and what a citizen may be told.
//
// It may import models and the standard library; it knows no Gin, GORM or
// Redis, and neither bot nor scoring.
package complaints

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"pingyi/models"
)

// State of a complaint. A complaint's events are only added to; the state is
// that of the last event.
type State string

// The states of R29. Intake makes a complaint Received; the office's work
// moves it on.
const (
	Received State = "received"  // 已收到
	Accepted State = "accepted"  // 已受理
	Refused  State = "refused"   // 不予受理, with a reason and where to go
	Assigned State = "assigned"  // 已转办
	Handling State = "handling"  // 办理中
	Answered State = "answered"  // 已答复
	Revisit  State = "revisited" // 已回访
	Closed   State = "closed"    // 已办结
	Reopened State = "reopened"  // 重新办理
)

// DailyLimit is how many complaints one citizen may file between two midnights
// in Asia/Shanghai.
const DailyLimit = 10

// MaxRunes bounds the text of a complaint; MaxParts its messages.
const (
	MaxRunes = 2000
	MaxParts = 30
)

// Part is one message of a complaint, before sealing.
type Part struct {
	Kind      string `json:"kind"` // text, picture, voice, video, place, link
	Text      string `json:"text,omitempty"`
	MediaID   string `json:"media_id,omitempty"`
	MediaURL  string `json:"media_url,omitempty"`
	Latitude  string `json:"latitude,omitempty"`
	Longitude string `json:"longitude,omitempty"`
	Label     string `json:"label,omitempty"` // of a place, as the map names it
}

// Content is what is sealed of a complaint. The exact time of receipt stands
// nowhere else: by it an anonymous complaint could be joined to a rating that its
// author sent in the same minute.
type Content struct {
	ReceivedAt time.Time `json:"received_at"` // zero of one that an earlier version sealed
	Parts      []Part    `json:"parts"`
}

// ParseContent reads the JSON of a Content, or the list of parts alone, which an
// earlier version sealed.
func ParseContent(b []byte) (Content, error) {
	var c Content
	into := any(&c)
	if bytes.HasPrefix(b, []byte("[")) {
		into = &c.Parts
	}
	if err := json.Unmarshal(b, into); err != nil {
		return Content{}, fmt.Errorf("content of a complaint: %w", err)
	}
	return c, nil
}

// Hour is the full hour at or before t: the clock of all that is kept of a
// complaint outside of its sealed part. Asia/Shanghai is whole hours from UTC.
func Hour(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Hour)
}

// Filing is a confirmed complaint on its way into the record. Content and
// contact are sealed under Key, which itself is wrapped.
type Filing struct {
	Tenant   string
	Campaign string // whose year it is, or ""
	Channel  models.Channel
	Account  string
	Unit     string // code, or "" where the citizen is not sure
	Kind     string
	ID       models.ID // random
	Push     models.ID
	Draft    models.ID

	WrappedKey    []byte // the complaint's own key, wrapped by PINGYI_SECRET
	SealedParts   []byte // JSON of Content
	SealedContact []byte // nil where none was given
	Anonymous     bool

	Citizen       models.ID // keyed hash of account and platform id; links the ticket, deletable
	SealedCitizen []byte    // the platform id, to answer later; deletable

	PlatformAt, ReceivedAt time.Time // exact; the record keeps their hours

	// Code is the query code; CodeHash what is stored of it.
	Code     string
	CodeHash []byte
	// Finish makes the sealed finished answer from the ticket number that the
	// transaction gave; it is called inside the transaction and may be called
	// again when the transaction is rerun.
	Finish func(no string) ([]byte, error)
}

// Verdict is what became of a filing.
type Verdict uint8

// Verdicts. All but Filed changed nothing.
const (
	Filed     Verdict = iota
	Repeat            // the push had its effect before; Ack.Answer is its finished answer
	DraftDone         // another push of the draft had the effect; Ack.No tells which
	OverLimit         // the citizen's day is full
)

// Ack answers a filing.
type Ack struct {
	Verdict Verdict
	No      string    // Filed, DraftDone: YYYYMMDD-NNNN
	At      time.Time // the hour
	Answer  []byte    // Repeat and DraftDone: the finished answer of the push that had the effect, sealed
}

// Ticket is a complaint as its citizen sees it.
type Ticket struct {
	No, Unit, Kind string
	State          State
	At, Since      time.Time // hours
}

// Record is a complaint as staff list it: no identity, no text.
type Record struct {
	ID       models.ID
	No       string
	Unit     string
	Kind     string
	Channel  models.Channel
	State    State
	At       time.Time // the hour of its receipt
	Since    time.Time // the hour of the present state
	Campaign string
}

// KeyName is what a complaint's own key is bound to when it is wrapped.
func KeyName(id models.ID) string { return "complaint/" + id.String() }
