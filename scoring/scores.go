package scoring

import (
	"slices"
	"time"

	"pingyi/models"
)

// Scores is the document of one channel's scores, to the letter and in the
// order of its fields what GET /scores answers.
type Scores struct {
	Campaign  string         `json:"campaign"`
	Channel   models.Channel `json:"channel"`
	FullMarks Marks          `json:"full_marks"` // "10", "4.5"
	Method    string         `json:"method"`     // its id with the version
	Final     bool           `json:"final"`      // the channel is sealed
	AsOf      time.Time      `json:"as_of"`      // UTC, whole seconds
	Notice    string         `json:"notice,omitempty"`
	Units     []UnitScore    `json:"units"` // every rated-or-not unit, in the register's order

	// HideBelow and Official are the method's, for ForPublic. They do not travel
	// in the JSON.
	HideBelow int64    `json:"-"`
	Official  Official `json:"-"`
}

// UnitScore is one unit's row. A unit without ratings has Ratings 0, Levels
// all 0 and nil for Mean, Points, ShrunkMean, Rank and Satisfied: it is "not
// rated", never 0 and never full marks.
type UnitScore struct {
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	Class      string     `json:"class"`
	Ratings    int64      `json:"ratings"`     // n: live ratings with at least one level
	Mean       *Decimal   `json:"mean"`        // of 100
	Points     *Decimal   `json:"points"`      // of the channel's full marks, official
	ShrunkMean *Decimal   `json:"shrunk_mean"` // of 100
	Rank       *int       `json:"rank"`        // inside the class, 1-2-2-4
	Levels     *PerLevel  `json:"levels"`      // levels given over all dimensions; nil only where hidden
	Satisfied  *Satisfied `json:"satisfied"`
	Complaints Complaints `json:"complaints"`

	// Insufficient marks too few ratings to go by (10 to 29 unless the method
	// says otherwise); Hidden says why figures are nil that exist.
	Insufficient bool   `json:"insufficient,omitempty"`
	Hidden       string `json:"hidden,omitempty"`
}

// Satisfied is the share of levels 4 and 5 among all levels given, with
// Wilson's 95 % interval for n ratings, not for n answers: what one person
// answers to five questions is not independent.
type Satisfied struct {
	Answers int64   `json:"answers"`
	Share   Decimal `json:"share"`
	Low     Decimal `json:"low"`
	High    Decimal `json:"high"`
}

// Complaints are the complaints of a unit received through the channel.
type Complaints struct {
	Received  int64 `json:"received"`
	Answered  int64 `json:"answered"`
	OnTime    int64 `json:"on_time"`
	Satisfied int64 `json:"satisfied"`
}

// The reasons that Hidden gives.
const (
	SmallN        = "small_n"          // the unit has too few ratings
	SmallNInClass = "small_n_in_class" // another unit of the class has; its mean would follow from the class mean
)

// Sheet says what a document of scores is about.
type Sheet struct {
	Campaign  string
	Channel   models.Channel
	FullMarks Marks
	Method    Method
	Dims      int // length of the campaign's dimension sets
	Final     bool
	AsOf      time.Time
}

// Scores computes the document; see Compute for units, tallies and errors.
func (s Sheet) Scores(units []models.Unit, tallies []Tally) (Scores, error) {
	rows, err := Compute(s.Method, s.FullMarks, s.Dims, units, tallies)
	if err != nil {
		return Scores{}, err
	}
	return Scores{
		Campaign: s.Campaign, Channel: s.Channel,
		FullMarks: s.FullMarks, Method: s.Method.ID,
		Final: s.Final, AsOf: s.AsOf.UTC().Truncate(time.Second), Notice: s.Method.Notice(),
		Units: rows, HideBelow: s.Method.HideBelow, Official: s.Method.Official,
	}, nil
}

// ForPublic is the document for readers outside of the office. A unit with fewer
// ratings than the method's threshold shows no figure that tells how they were:
// Hidden is SmallN. Its levels go too, as they give the mean away; a unit
// without ratings has none to give away.
//
// The mean of such a unit is part of the class mean, which every shrunk mean of
// the class holds. So in its class the other units show no shrunk mean, and where
// that is official no points and no rank either: Hidden is SmallNInClass. s is
// left as it is.
func (s Scores) ForPublic() Scores {
	rows := slices.Clone(s.Units)
	threshold := max(s.HideBelow, DefaultHideBelow)
	small := map[string]bool{} // classes
	for i := range rows {
		small[rows[i].Class] = small[rows[i].Class] || rows[i].Ratings < threshold
	}
	for i := range rows {
		switch r := &rows[i]; {
		case r.Ratings < threshold:
			r.hide()
		case small[r.Class]:
			r.ShrunkMean, r.Hidden = nil, SmallNInClass
			if s.Official == Shrunk {
				r.Points, r.Rank = nil, nil
			}
		}
	}
	s.Units = rows
	return s
}

// hide takes out what tells how the few ratings of the unit were.
func (r *UnitScore) hide() {
	r.Mean, r.Points, r.ShrunkMean, r.Rank, r.Satisfied = nil, nil, nil, nil, nil
	if r.Ratings > 0 {
		r.Levels = nil
	}
	r.Hidden = SmallN
}
