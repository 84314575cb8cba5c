package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/scoring"
)

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
		Contacts   scoring.Contacts                    `yaml:"contacts"`
		Issued     scoring.Issued                      `yaml:"issued"`
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
func ParseProfile(text []byte) (scoring.Programme, error) {
	if len(text) > maxProfileBytes {
		return scoring.Programme{}, Faults{{"profile", fmt.Sprintf("is larger than %d bytes", maxProfileBytes)}}
	}
	var file profileFile
	if err := decodeYAML(text, &file, yaml.Strict()); err != nil {
		return scoring.Programme{}, Faults{yamlFault(err)}
	}
	var faults Faults
	p := file.profile(&faults)
	faults.checkProfile(&p)
	if len(faults) > 0 {
		return scoring.Programme{}, faults
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

func (f *profileFile) profile(faults *Faults) scoring.Programme {
	p := scoring.Programme{
		ID: f.ID, Title: f.Title, Sample: f.Issued == scoring.Issued{}, Issued: f.Issued, Phases: scoring.Phases(f.Phases), Classes: f.Classes,
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
		p.Channels = append(p.Channels, scoring.ProgrammeChannel(c))
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
