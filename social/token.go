package social

import "time"

// TokenLife is how long an access token of the platform lives. It cannot be
// refreshed, only issued anew by the account's owner.
const TokenLife = 365 * 24 * time.Hour

// Warning says how near a token's end is.
type Warning uint8

// Warnings, the later the more urgent.
const (
	NoWarning Warning = iota
	Within30Days
	Within7Days
	Within1Day
	Ended
)

// String is the threshold in days: none, 30, 7, 1, and then ended.
func (w Warning) String() string {
	switch w {
	case Within30Days:
		return "30"
	case Within7Days:
		return "7"
	case Within1Day:
		return "1"
	case Ended:
		return "ended"
	default:
		return "none"
	}
}

// Token is when a token ends. Where its issue was not noted, it counts
// from when it was first seen, so the true end can be earlier, never later.
type Token struct{ Issued time.Time }

// Ends is when the token ends at the latest.
func (t Token) Ends() time.Time { return t.Issued.Add(TokenLife) }

// DaysLeft is the whole days that are left; negative after the end.
func (t Token) DaysLeft(now time.Time) int {
	left := t.Ends().Sub(now)
	days := int(left / (24 * time.Hour))
	if left < 0 {
		days--
	}
	return days
}

// Warning is what is due at now.
func (t Token) Warning(now time.Time) Warning {
	const day = 24 * time.Hour
	switch left := t.Ends().Sub(now); {
	case left <= 0:
		return Ended
	case left <= day:
		return Within1Day
	case left <= 7*day:
		return Within7Days
	case left <= 30*day:
		return Within30Days
	}
	return NoWarning
}
