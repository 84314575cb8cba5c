package models

import (
	"slices"
	"strings"
)

// Scope is what of its tenant an API key reaches. The zero Scope reaches all of it.
type Scope struct {
	Campaign string   // id of the one campaign that is reached; empty: every one
	Bounded  bool     // whether Units alone are reached
	Units    []string // codes; none where Bounded: nothing is reached
}

// ScopeOf is the scope of a key. A key of a unit's role reaches the units that it is
// bound to, and none before it is bound; any other key without units reaches them all.
func ScopeOf(r Role, campaign string, units []string) Scope {
	return Scope{Campaign: campaign, Bounded: len(units) > 0 || r.OfUnit(), Units: units}
}

// Nothing reports whether nothing is reached.
func (s Scope) Nothing() bool { return s.Bounded && len(s.Units) == 0 }

// Whole reports whether all of the tenant is reached.
func (s Scope) Whole() bool { return s.Campaign == "" && !s.Bounded }

// HasCampaign reports whether a campaign is reached.
func (s Scope) HasCampaign(id string) bool { return s.Campaign == "" || s.Campaign == id }

// HasUnit reports whether a unit is reached, in whichever case its code is written.
func (s Scope) HasUnit(code string) bool {
	return !s.Bounded || slices.ContainsFunc(s.Units, func(u string) bool { return strings.EqualFold(u, code) })
}

// OfUnit reports whether a role is one of a rated unit's own people.
func (r Role) OfUnit() bool { return r == RoleUnitLeader || r == RoleUnitHandler }
