package social

import (
	"time"

	"pingyi/scoring"
)

// Reasons why a method leaves an account's ratings out.
const (
	LeftGovernment = "government"            // verified as an office
	LeftYounger    = "younger_than_campaign" // opened after the rating window did
	LeftUnverified = "unverified_follower"   // not known to follow
	LeftByHand     = "by_hand"
)

// government is the platform's verified type of offices.
const government = 1

// LeftOut is why the rules leave an account out; "" where they do not. What is
// not known is no reason, except that the third rule asks for followers who
// are known to be.
func LeftOut(p *Profile, rules scoring.LeaveOut, from time.Time) string {
	switch {
	case rules.Government && p.VerifiedType != nil && *p.VerifiedType == government:
		return LeftGovernment
	case rules.Younger && p.CreatedAt != nil && p.CreatedAt.After(from):
		return LeftYounger
	case rules.Unverified && (p.Follows == nil || !*p.Follows):
		return LeftUnverified
	}
	return ""
}

// Lacks says what has to be looked up for the rules to be applied: nothing of an
// account that is gone.
func Lacks(p *Profile, rules scoring.LeaveOut) (profile, follows bool) {
	if p.Gone {
		return false, false
	}
	profile = rules.Government && p.VerifiedType == nil || rules.Younger && p.CreatedAt == nil
	return profile, rules.Unverified && p.Follows == nil
}
