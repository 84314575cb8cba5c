package scoring

import (
	"errors"
	"fmt"
	"regexp"

	"pingyi/models"
)

// SampleNotice stands on every score made by a method that no authority issued.
const SampleNotice = "示例办法，未经任何机关印发"

// Defaults of a method, as stated under "treatment of numbers" of the domain:
// none of them is in the notices, so a method records them.
const (
	DefaultM           = 30 // weight of the class mean in the shrunk mean, in ratings
	DefaultHideBelow   = 10 // fewer ratings are not shown outside the office; no method may show fewer
	DefaultScarceBelow = 30 // fewer ratings are marked insufficient
)

// Official says which mean becomes points.
type Official string

// The two means that a method may make official.
const (
	Raw    Official = "raw"
	Shrunk Official = "shrunk"
)

// PerLevel is a whole number for each of the five levels.
type PerLevel struct {
	L5 int64 `json:"5"`
	L4 int64 `json:"4"`
	L3 int64 `json:"3"`
	L2 int64 `json:"2"`
	L1 int64 `json:"1"`
}

// Linear maps levels to points in equal steps.
func Linear() PerLevel { return PerLevel{L5: 100, L4: 75, L3: 50, L2: 25, L1: 0} }

// Convex is the map that a city published as 10/8/6/3/0.
func Convex() PerLevel { return PerLevel{L5: 100, L4: 80, L3: 60, L2: 30, L1: 0} }

// array is indexed by level-1, like Tally.Counts.
func (p PerLevel) array() [5]int64 { return [5]int64{p.L1, p.L2, p.L3, p.L4, p.L5} }

// Method (测评办法) says how levels become points. It is data: drafted, approved
// and then frozen with the campaign, so the same id never changes its meaning.
type Method struct {
	ID          string   `json:"id"`                // "maanshan-2017-mobile/1": name and version
	Sample      bool     `json:"sample"`            // no office has issued it; SampleNotice goes with every score
	Paper       string   `json:"paper,omitempty"`   // by which the method was issued: body, number, date
	Points      PerLevel `json:"points"`            // of 100, by level
	Weights     []int64  `json:"weights,omitempty"` // a positive integer a dimension; none means equal
	M           int64    `json:"m"`                 // S = (n·mean + m·C) / (n + m)
	Official    Official `json:"official"`
	Handling    int64    `json:"handling"`     // w in hundredths: the weight of handling complaints
	HideBelow   int64    `json:"hide_below"`   // ratings
	ScarceBelow int64    `json:"scarce_below"` // ratings

	// Public counts texts that name the account in public, at their one level in
	// every dimension. LeaveOut says which accounts do not count; see Exclusion.
	Public   bool     `json:"public,omitempty"`
	LeaveOut LeaveOut `json:"leave_out,omitzero"`
}

// LeaveOut are the rules for accounts of a social channel; none by default. What
// is not known of an account is no reason, but for Unverified.
type LeaveOut struct {
	Government bool `json:"government,omitempty" yaml:"government"` // verified as an office
	Younger    bool `json:"younger,omitempty" yaml:"younger"`       // opened after the campaign's rating window
	Unverified bool `json:"unverified,omitempty" yaml:"unverified"` // not known to follow
}

// Any reports whether there is a rule.
func (l LeaveOut) Any() bool { return l != LeaveOut{} }

var methodID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,57}/[1-9][0-9]{0,3}$`)

const (
	maxWeight = 1000
	maxM      = 100_000
)

// Validate names everything that is wrong with the method, for dims dimensions.
func (m Method) Validate(dims int) error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf("method %q: "+format, append([]any{m.ID}, args...)...))
		}
	}
	fault(!methodID.MatchString(m.ID), "the id must be <name>/<version>, in lower case letters, digits and hyphens")
	fault(dims < 1 || dims > models.MaxDimensions, "%d dimensions, must be 1 to %d", dims, models.MaxDimensions)
	a := m.Points.array()
	below := int64(0)
	for i, p := range a {
		fault(p < 0 || p > 100, "level %d gives %d points, must be 0 to 100", i+1, p)
		fault(i > 0 && p < below, "level %d gives fewer points than level %d", i+1, i)
		below = p
	}
	fault(a[0] == a[4], "all levels give the same points")
	fault(len(m.Weights) != 0 && len(m.Weights) != dims, "%d weights for %d dimensions", len(m.Weights), dims)
	for i, w := range m.Weights {
		fault(w < 1 || w > maxWeight, "weight %d is %d, must be 1 to %d", i+1, w, maxWeight)
	}
	fault(m.M < 0 || m.M > maxM, "m is %d, must be 0 to %d", m.M, maxM)
	fault(m.Official != Raw && m.Official != Shrunk, "official is %q, must be raw or shrunk", m.Official)
	fault(m.Handling < 0 || m.Handling > 100, "handling is %d, must be 0 to 100 hundredths", m.Handling)
	fault(m.HideBelow < DefaultHideBelow || m.HideBelow > maxM, "hide_below is %d, must be %d to %d", m.HideBelow, DefaultHideBelow, maxM)
	fault(m.ScarceBelow < m.HideBelow || m.ScarceBelow > maxM, "scarce_below is %d, must be hide_below to %d", m.ScarceBelow, maxM)
	return errors.Join(faults...)
}

// Notice is what every score says of its method: by which paper it was issued, or
// that it is a sample.
func (m Method) Notice() string {
	switch {
	case m.Paper != "":
		return "依据 " + m.Paper
	case m.Sample:
		return SampleNotice
	}
	return ""
}

func (m Method) weight(dimension int) int64 {
	if len(m.Weights) == 0 {
		return 1
	}
	return m.Weights[dimension]
}
