package campaign

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// Definition is what a campaign freezes of its programme. It is stored as JSON text
// whose bytes never change: the office files a sum over them. So the order of its
// fields is kept, and a field that is added is left out where it is empty.
type Definition struct {
	Sample     bool                                   `json:"sample"`
	Publicity  time.Time                              `json:"publicity"` // its start
	Classes    []string                               `json:"classes"`
	Dimensions map[models.UnitType][]models.Dimension `json:"dimensions"`
	Methods    []scoring.Method                       `json:"methods"`
	Contacts   scoring.Contacts                       `json:"contacts,omitzero"`
	Appealed   time.Time                              `json:"appealed,omitzero"` // the end of the appeal period
	Issued     scoring.Issued                         `json:"issued,omitzero"`   // empty: a sample
	Completion
}

// Completion is what a definition of an earlier version lacks. Such a campaign has it
// in models.Campaign.Programme, once somebody completed it.
type Completion struct {
	Channels []scoring.ProgrammeChannel `json:"channels,omitempty"` // all of them, imported ones too; their full marks total 100
	Phases   scoring.Phases             `json:"phases,omitzero"`
}

// Define returns what a campaign of a programme freezes whose rating window is [from, to).
func Define(p *scoring.Programme, from, to time.Time) Definition {
	dates := p.Phases.Schedule(from, to)
	return Definition{
		Sample: p.Sample, Publicity: dates.Publicity,
		Classes: p.Classes, Dimensions: p.Dimensions, Methods: p.Methods, Contacts: p.Contacts, Issued: p.Issued,
		Appealed: dates.Settled, Completion: Completion{Channels: p.Channels, Phases: p.Phases},
	}
}

// Parse reads the definition of a stored campaign, with its completion.
func Parse(c *models.Campaign) (Definition, error) {
	var d Definition
	if err := json.Unmarshal([]byte(c.Definition), &d); err != nil {
		return d, fmt.Errorf("definition of campaign %s: %w", c.ID, err)
	}
	if c.Programme == "" || d.Complete() {
		return d, nil
	}
	if err := json.Unmarshal([]byte(c.Programme), &d.Completion); err != nil {
		return d, fmt.Errorf("programme of campaign %s: %w", c.ID, err)
	}
	return d, nil
}

// Complete reports whether nothing of the programme is lacking.
func (d *Definition) Complete() bool { return len(d.Channels) > 0 }

// Method finds a method of the campaign. models.NotFound: unknown_method.
func (d *Definition) Method(id string) (scoring.Method, error) {
	i := slices.IndexFunc(d.Methods, func(m scoring.Method) bool { return m.ID == id })
	if i < 0 {
		return scoring.Method{}, models.Errorf(models.NotFound, "unknown_method", "the campaign has no method %s", id)
	}
	return d.Methods[i], nil
}

// HasPaper reports whether a paper issued the programme; else it is a sample.
func (d *Definition) HasPaper() bool { return d.Issued != scoring.Issued{} }

// Dims is the length of the dimension sets, which is the same for all of them.
func (d *Definition) Dims() int {
	for _, set := range d.Dimensions {
		return len(set)
	}
	return 0
}
