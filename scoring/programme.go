package scoring

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pingyi/models"
)

// Programme is what a city issues of an appraisal (评议方案): everything but its year, its
// dates and its units. A campaign freezes its own copy. A profile is its file.
type Programme struct {
	ID         string
	Title      string // with {year} where the year goes; see TitleOf
	Sample     bool   // no office has issued it: Issued is empty
	Phases     Phases
	Classes    []string                               // in the order in which they are shown
	Dimensions map[models.UnitType][]models.Dimension // all sets have the same length
	Channels   []ProgrammeChannel                     // full marks total exactly 100
	Methods    []Method
	Contacts   Contacts
	Issued     Issued
}

// Issued is the paper by which the city issued the programme and its methods. A
// profile that names none is a sample.
type Issued struct {
	Body   string `json:"body" yaml:"body"`     // 市纠风办
	Number string `json:"number" yaml:"number"` // 马纠办〔2017〕3号
	Date   string `json:"date" yaml:"date"`     // 2017-04-20
}

// String is "市纠风办 马纠办〔2017〕3号（2017年4月20日）", or "" for a sample.
func (i Issued) String() string {
	if i == (Issued{}) {
		return ""
	}
	date := i.Date
	if day, err := time.Parse(time.DateOnly, i.Date); err == nil {
		date = day.Format("2006年1月2日")
	}
	return i.Body + " " + i.Number + "（" + date + "）"
}

// ProgrammeChannel is a channel of a programme (测评渠道).
type ProgrammeChannel struct {
	Channel   models.Channel `json:"channel"`
	Title     string         `json:"title"`
	Owner     string         `json:"owner"`               // the body that answers for it (测评责任单位)
	Assisting []string       `json:"assisting,omitempty"` // bodies that help and see no scores before publication
	FullMarks Marks          `json:"full_marks"`          // points of the programme's 100
	Collected bool           `json:"collected,omitempty"` // by pingyi, from citizens; others are imported from the owner
	Method    string         `json:"method,omitempty"`    // id of the method; of collected channels only
}

// Phases is how long the parts of a campaign last, in days.
type Phases struct {
	Publicity  int `json:"publicity"`  // before the rating window
	Rating     int `json:"rating"`     // the rating window, where no end is given
	Appeal     int `json:"appeal"`     // after it
	Settlement int `json:"settlement"` // after the appeals, until publication
}

// Schedule is the dates of a campaign: each phase lasts until the next begins.
type Schedule struct {
	Publicity, Rating, Closed, Settled, Published time.Time
}

// Schedule dates the phases around the rating window [from, to); a zero to means
// the window's own length.
func (p Phases) Schedule(from, to time.Time) Schedule {
	if to.IsZero() {
		to = from.AddDate(0, 0, p.Rating)
	}
	settled := to.AddDate(0, 0, p.Appeal)
	return Schedule{
		Publicity: from.AddDate(0, 0, -p.Publicity), Rating: from, Closed: to,
		Settled: settled, Published: settled.AddDate(0, 0, p.Settlement),
	}
}

// YearMark stands in a title for the year.
const YearMark = "{year}"

// TitleOf is the title of the campaign of a year.
func (p *Programme) TitleOf(year int) string {
	return strings.ReplaceAll(p.Title, YearMark, strconv.Itoa(year))
}

// Dims is the length of the dimension sets.
func (p *Programme) Dims() int { return len(p.Dimensions[models.Government]) }

// Method finds a method by its id.
func (p *Programme) Method(id string) (Method, bool) {
	i := slices.IndexFunc(p.Methods, func(m Method) bool { return m.ID == id })
	if i < 0 {
		return Method{}, false
	}
	return p.Methods[i], true
}

// SamplePhone is the office's number in the shipped profiles. It is made up.
const SamplePhone = "0555-0000000"

// Contacts are the office that answers for a campaign and the numbers that citizens
// are told to ring. Where a number is empty the national one is told (12345, 12388,
// 110, 119, 120, 12356); an office without a telephone number is not named.
type Contacts struct {
	Office     string `json:"office,omitempty"     yaml:"office"`
	Phone      string `json:"phone,omitempty"      yaml:"phone"`
	Hours      string `json:"hours,omitempty"      yaml:"hours"`
	Hotline    string `json:"hotline,omitempty"    yaml:"hotline"`
	Discipline string `json:"discipline,omitempty" yaml:"discipline"`
	Police     string `json:"police,omitempty"     yaml:"police"`
	Fire       string `json:"fire,omitempty"       yaml:"fire"`
	Medical    string `json:"medical,omitempty"    yaml:"medical"`
	Worries    string `json:"worries,omitempty"    yaml:"worries"`
}
