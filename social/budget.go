package social

import "time"

// The pools of a day's calls. The platform allows 100 a day for an account and
// an app; the rest is left for a clock or a count of theirs that differs.
const (
	PoolPoll = "poll" // the feeds
	PoolRest = "rest" // reconciliation, accounts, names
)

// Limits bound the calls of a day and how they are spent.
type Limits struct {
	Poll, Rest int           // calls a Beijing day
	Page       int           // texts a call
	Every      time.Duration // at most one sweep of a feed in this time
	Check      time.Duration // at most one reconciliation of a feed in this time
	Lease      time.Duration // how long one server polls without renewing
}

// DefaultLimits are 72 + 24 of 100 calls a day.
func DefaultLimits() Limits {
	return Limits{Poll: 72, Rest: 24, Page: 200, Every: 20 * time.Minute, Check: 24 * time.Hour, Lease: 2 * time.Minute}
}

var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is the day of t whose calls are counted together.
func Day(t time.Time) string { return t.In(beijing).Format("20060102") }

// pace is how many of limit calls may be gone at t for something new to begin:
// calls for quiet feeds are spread over the day, and a few are always there.
func pace(limit int, t time.Time) int {
	y, m, d := t.In(beijing).Date()
	gone := t.Sub(time.Date(y, m, d, 0, 0, 0, 0, beijing))
	return min(limit, len(Feeds())+int(int64(limit)*int64(gone)/int64(24*time.Hour)))
}
