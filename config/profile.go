package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/scoring"
)

// Profile is what a campaign is created from: everything of a programme but its
// year, its dates and its units. A campaign freezes its own copy.
type Profile struct {
	ID         string
	Title      string // with {year} where the year goes; see TitleOf
	Sample     bool   // no office has issued it: Issued is empty
	Phases     Phases
	Classes    []string                               // in the order in which they are shown
	Dimensions map[models.UnitType][]models.Dimension // all sets have the same length
	Channels   []ProfileChannel                       // full marks total exactly 100
	Methods    []scoring.Method
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

// ProfileChannel is a channel of a programme (测评渠道).
type ProfileChannel struct {
	Channel   models.Channel
	Title     string
	Owner     string        // the body that answers for it (测评责任单位)
	Assisting []string      // bodies that help and see no scores before publication
	FullMarks scoring.Marks // points of the programme's 100
	Collected bool          // by pingyi, from citizens; others are imported from the owner
	Method    string        // id of the method; of collected channels only
}

// Phases is how long the parts of a campaign last, in days.
type Phases struct {
	Publicity  int // before the rating window
	Rating     int // the rating window, where no end is given
	Appeal     int // after it
	Settlement int // after the appeals, until publication
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

// yearMark stands in a title for the year.
const yearMark = "{year}"

// TitleOf is the title of the campaign of a year.
func (p *Profile) TitleOf(year int) string {
	return strings.ReplaceAll(p.Title, yearMark, strconv.Itoa(year))
}

// Dims is the length of the dimension sets.
func (p *Profile) Dims() int { return len(p.Dimensions[models.Government]) }

// Method finds a method by its id.
func (p *Profile) Method(id string) (scoring.Method, bool) {
	i := slices.IndexFunc(p.Methods, func(m scoring.Method) bool { return m.ID == id })
	if i < 0 {
		return scoring.Method{}, false
	}
	return p.Methods[i], true
}

// The form of a profile in its file.
type (
	profileFile struct {
		ID         string                              `yaml:"id"`
		Title      string                              `yaml:"title"`
		Sample     bool                                `yaml:"sample"`
		Phases     phasesFile                          `yaml:"phases"`
		Classes    []string                            `yaml:"classes"`
		Dimensions map[models.UnitType][]dimensionFile `yaml:"dimensions"`
		Channels   []channelFile                       `yaml:"channels"`
		Methods    []methodFile                        `yaml:"methods"`
		Contacts   Contacts                            `yaml:"contacts"`
		Issued     Issued                              `yaml:"issued"`
	}
	phasesFile struct {
		Publicity  int `yaml:"publicity"`
		Rating     int `yaml:"rating"`
		Appeal     int `yaml:"appeal"`
		Settlement int `yaml:"settlement"`
	}
	dimensionFile struct {
		Title    string `yaml:"title"`
		Question string `yaml:"question"`
	}
	channelFile struct {
		Channel   models.Channel `yaml:"channel"`
		Title     string         `yaml:"title"`
		Owner     string         `yaml:"owner"`
		Assisting []string       `yaml:"assisting"`
		FullMarks scoring.Marks  `yaml:"full_marks"`
		Collected bool           `yaml:"collected"`
		Method    string         `yaml:"method"`
	}
	methodFile struct {
		ID          string           `yaml:"id"`
		Sample      bool             `yaml:"sample"`
		Points      map[int]int64    `yaml:"points"` // by level
		Weights     []int64          `yaml:"weights"`
		M           *int64           `yaml:"m"`
		Official    scoring.Official `yaml:"official"`
		Handling    int64            `yaml:"handling"`
		HideBelow   *int64           `yaml:"hide_below"`
		ScarceBelow *int64           `yaml:"scarce_below"`
		Public      bool             `yaml:"public"`
		LeaveOut    scoring.LeaveOut `yaml:"leave_out"`
	}
)

// maxProfileBytes bounds a profile.
const maxProfileBytes = 256 << 10

// ParseProfile reads a profile. Whether it and its methods are a sample follows from
// the paper that it names alone: a copy of a sample may still say sample: true. It is
// strict: an unknown or doubled field is a
// fault, and so is all that a campaign could not run with. The error is of type
// Faults; the YAML's own are named by their line, all others at once by their
// place.
func ParseProfile(text []byte) (Profile, error) {
	if len(text) > maxProfileBytes {
		return Profile{}, Faults{{"profile", fmt.Sprintf("is larger than %d bytes", maxProfileBytes)}}
	}
	var file profileFile
	if err := decodeYAML(text, &file, yaml.Strict()); err != nil {
		return Profile{}, Faults{yamlFault(err)}
	}
	var faults Faults
	p := file.profile(&faults)
	faults.checkProfile(&p)
	if len(faults) > 0 {
		return Profile{}, faults
	}
	return p, nil
}

// yamlFault names the line and what the parser says of it; a profile holds no
// secret.
func yamlFault(err error) Fault {
	if errors.Is(err, errDocuments) {
		return Fault{"profile", err.Error()}
	}
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return Fault{"profile", "is not valid YAML: " + err.Error()}
	}
	return Fault{fmt.Sprintf("line %d", at.GetToken().Position.Line), at.GetMessage()}
}

func (f *profileFile) profile(faults *Faults) Profile {
	p := Profile{
		ID: f.ID, Title: f.Title, Sample: f.Issued == Issued{}, Issued: f.Issued, Phases: Phases(f.Phases), Classes: f.Classes,
		Dimensions: make(map[models.UnitType][]models.Dimension, len(f.Dimensions)), Contacts: f.Contacts,
	}
	for i, class := range p.Classes {
		p.Classes[i] = folding.Class(class)
	}
	for unitType, set := range f.Dimensions {
		for _, d := range set {
			p.Dimensions[unitType] = append(p.Dimensions[unitType], models.Dimension(d))
		}
	}
	for _, c := range f.Channels {
		p.Channels = append(p.Channels, ProfileChannel(c))
	}
	for i, m := range f.Methods {
		method := m.method(faults, fmt.Sprintf("methods[%d]", i))
		method.Sample, method.Paper = p.Sample, p.Issued.String()
		p.Methods = append(p.Methods, method)
	}
	return p
}

// method fills in what the file leaves to the defaults.
func (m *methodFile) method(faults *Faults, at string) scoring.Method {
	or := func(value *int64, otherwise int64) int64 {
		if value == nil {
			return otherwise
		}
		return *value
	}
	if m.Official == "" {
		m.Official = scoring.Raw
	}
	for level := 1; level <= 5; level++ {
		if _, given := m.Points[level]; !given {
			faults.add(at+".points", "lacks level %d; expected points of 100 for each of 5, 4, 3, 2, 1", level)
		}
	}
	if len(m.Points) > 5 {
		faults.add(at+".points", "has %d levels; expected 5, 4, 3, 2, 1", len(m.Points))
	}
	return scoring.Method{
		ID: m.ID, Weights: m.Weights, Official: m.Official, Handling: m.Handling,
		Points: scoring.PerLevel{L5: m.Points[5], L4: m.Points[4], L3: m.Points[3], L2: m.Points[2], L1: m.Points[1]},
		M:      or(m.M, scoring.DefaultM), HideBelow: or(m.HideBelow, scoring.DefaultHideBelow),
		ScarceBelow: or(m.ScarceBelow, scoring.DefaultScarceBelow), Public: m.Public, LeaveOut: m.LeaveOut,
	}
}
