package social

import (
	"slices"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// The documents in which the office sees the public side of an account: the
// command prints them, the API answers with them.

// AccountStatus is how the account's day stands. Calls are counted by pool; Counted and
// Listed count all texts that were read, Listed by the reason why they did not
// count.
type AccountStatus struct {
	Day     string           `json:"day" doc:"The day, in Asia/Shanghai, that the calls are of." example:"20261122"`
	Calls   map[string]Calls `json:"calls" doc:"Calls of the platform's API by pool: poll for the feeds, rest for everything else."`
	Counted int64            `json:"counted" doc:"Texts that became ratings."`
	Listed  map[Reason]int64 `json:"listed" doc:"Texts that did not count, by reason."`
	Token   *TokenStatus     `json:"token" doc:"The access token, null where none is set."`
}

// Calls is what is gone of a pool.
type Calls struct {
	Spent int `json:"spent"`
	Limit int `json:"limit" doc:"Calls a day."`
}

// TokenStatus is when the access token ends.
type TokenStatus struct {
	Issued   time.Time `json:"issued" doc:"As noted, else when it was first seen; the true day can be earlier."`
	Ends     time.Time `json:"ends" doc:"The latest that it can end."`
	DaysLeft int       `json:"days_left" doc:"Whole days; negative after the end."`
	Warning  string    `json:"warning" enum:"none,30,7,1,ended" doc:"The nearest threshold, in days, that is passed."`
}

// StatusOf is a token as it stands at now.
func StatusOf(t Token, now time.Time) *TokenStatus {
	return &TokenStatus{Issued: t.Issued.UTC(), Ends: t.Ends().UTC(), DaysLeft: t.DaysLeft(now), Warning: t.Warning(now).String()}
}

// ListedText is a public text that did not count. It does not say who wrote it.
type ListedText struct {
	At       time.Time `json:"at" doc:"When it was written, by the platform's clock."`
	Kind     Kind      `json:"kind" enum:"status,comment"`
	Reason   Reason    `json:"reason" doc:"Why it did not count."`
	Campaign string    `json:"campaign" doc:"Empty where no campaign was found for it."`
	Unit     string    `json:"unit" doc:"Code of the unit that it names, empty where it names none."`
	Text     string    `json:"text" doc:"What was written."`
	// Item is where a list goes on behind the text; it does not travel.
	Item models.ID `json:"-"`
}

// Review is a text that did not count, with the reason.
type Review struct {
	Item
	Reading Reading
}

// Figures are the raw and the filtered figures of a campaign's social channel
// side by side. They stand apart from the document of scores, which has the
// filtered ones.
type Figures struct {
	Campaign   string           `json:"campaign" example:"2017"`
	Method     string           `json:"method" doc:"Id of the method." example:"social-sample/1"`
	Notice     string           `json:"notice,omitempty" doc:"What must be shown with the figures."`
	LeaveOut   scoring.LeaveOut `json:"leave_out" doc:"Which accounts the method leaves out."`
	Units      []UnitFigures    `json:"units" nullable:"false"`
	Exclusions []ExclusionEvent `json:"exclusions" nullable:"false" doc:"Every event, in the order in which they happened; the last of a rating holds."`

	// HideBelow and Official are the method's, for ForPublic. They do not travel.
	HideBelow int64            `json:"-"`
	Official  scoring.Official `json:"-"`
}

// UnitFigures are those of one unit.
type UnitFigures struct {
	Code     string         `json:"code" example:"A03"`
	Name     string         `json:"name" example:"市教育局"`
	Raw      Figure         `json:"raw" doc:"As if nothing were left out."`
	Filtered Figure         `json:"filtered" doc:"What the scores show."`
	Excluded map[string]int `json:"excluded" doc:"Ratings that are left out now, by reason."`
	Hidden   string         `json:"hidden,omitempty" enum:"small_n,small_n_excluded,small_n_in_class" doc:"Why figures are null that exist. small_n: too few ratings. small_n_excluded: too few are left out, and what they say would follow from raw and filtered figures, so that the raw ones are null. small_n_in_class: points and rank would tell what the few ratings of another unit of the class say."`

	// Class is the unit's, for ForPublic. It does not travel.
	Class string `json:"-"`
}

// smallNExcluded is the reason Hidden gives where the raw figures would tell what
// the few excluded ratings say.
const smallNExcluded = "small_n_excluded"

// Figure is one reading of the ratings. Without a rating nothing but Ratings is
// set.
type Figure struct {
	Ratings int64            `json:"ratings"`
	Mean    *scoring.Decimal `json:"mean" doc:"Of 100."`
	Points  *scoring.Decimal `json:"points" doc:"Of the channel's full marks."`
	Rank    *int             `json:"rank" doc:"Inside the class."`
}

// FigureOf is what of a score stands side by side.
func FigureOf(s *scoring.UnitScore) Figure { return Figure{s.Ratings, s.Mean, s.Points, s.Rank} }

// What an exclusion event did.
const (
	ActExclude = "exclude"
	ActRestore = "restore"
)

// UnknownVia stands where what entered a row was not kept yet.
const UnknownVia = "unknown"

// ExclusionEvent says that a rating was left out or taken back in, by whom, and
// why. Rating names a row, and no person.
type ExclusionEvent struct {
	Rating     string    `json:"rating" doc:"Id of the rating; it names nobody."`
	Unit       string    `json:"unit"`
	Act        string    `json:"act" enum:"exclude,restore"`
	Reason     string    `json:"reason" doc:"A rule of the method, or by_hand."`
	Note       string    `json:"note,omitempty"`
	By         string    `json:"by"`
	ApprovedBy string    `json:"approved_by"`
	Via        string    `json:"via" doc:"What entered both names, which nothing proves: api:<id of the key>, shell:<uid>(<user>), or unknown."`
	At         time.Time `json:"at"`
	Withdrawn  bool      `json:"withdrawn,omitempty" doc:"The rating was taken back: it is in neither figure, whatever the event says."`
}

// ExcludedNow counts by unit and reason what the last events of all ratings
// leave out. events are in their order.
func ExcludedNow(events []ExclusionEvent) map[string]map[string]int {
	last := map[string]*ExclusionEvent{}
	for i := range events {
		last[events[i].Rating] = &events[i]
	}
	out := map[string]map[string]int{}
	for _, x := range last {
		if x.Act != ActExclude || x.Withdrawn {
			continue
		}
		if out[x.Unit] == nil {
			out[x.Unit] = map[string]int{}
		}
		out[x.Unit][x.Reason]++
	}
	return out
}

// ForPublic is the document for readers outside of the office: nothing in it tells
// what few ratings say, be they all of a unit, or those of it that are left out,
// which are the difference of its two figures. Where shrunk means are official,
// points and ranks of a class hold the class mean, so they are left out with the
// figures of one of its units.
func (f Figures) ForPublic() Figures {
	f.Units = slices.Clone(f.Units)
	threshold := max(f.HideBelow, scoring.DefaultHideBelow)
	// Classes of which a unit hides its figures, and its raw figures at least.
	few, fewRaw := map[string]bool{}, map[string]bool{}
	for i := range f.Units {
		u := &f.Units[i]
		left := u.Raw.Ratings - u.Filtered.Ratings
		switch {
		case u.Filtered.Ratings < threshold || u.Raw.Ratings < threshold:
			u.Raw, u.Filtered, u.Hidden = Figure{Ratings: u.Raw.Ratings}, Figure{Ratings: u.Filtered.Ratings}, scoring.SmallN
			few[u.Class], fewRaw[u.Class] = true, true
		case left > 0 && left < threshold:
			u.Raw, u.Hidden = Figure{Ratings: u.Raw.Ratings}, smallNExcluded
			fewRaw[u.Class] = true
		}
	}
	if f.Official != scoring.Shrunk {
		return f
	}
	for i := range f.Units {
		u := &f.Units[i]
		if !fewRaw[u.Class] || u.Hidden == scoring.SmallN {
			continue
		}
		u.Raw.Points, u.Raw.Rank = nil, nil
		if few[u.Class] {
			u.Filtered.Points, u.Filtered.Rank = nil, nil
		}
		if u.Hidden == "" {
			u.Hidden = scoring.SmallNInClass
		}
	}
	return f
}
