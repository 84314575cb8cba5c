package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/scoring"
)

// Total is what a programme's full marks must come to (R5).
const Total = 100

// Bounds of a profile, in characters and pieces. A question with its title and
// six choices must fit 299 characters.
const (
	maxTitle    = 40
	maxQuestion = 60
	maxClasses  = 20
	maxChannels = 64
	maxDays     = 366
)

// receiptWord begins the line of a receipt; it stands in nothing that is asked.
const receiptWord = "回执"

var profileForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// checkProfile adds everything that a campaign could not run with.
func (f *Faults) checkProfile(p *scoring.Programme) {
	if !profileForm.MatchString(p.ID) {
		f.add("id", "is %q; expected 1 to 32 lower case letters, digits and hyphens", p.ID)
	}
	f.checkText("title", p.Title, maxTitle)
	if strings.Count(p.Title, scoring.YearMark) != 1 {
		f.add("title", "expected %s once, where the year goes", scoring.YearMark)
	}
	f.checkDays("publicity", p.Phases.Publicity, 0)
	f.checkDays("rating", p.Phases.Rating, 1)
	f.checkDays("appeal", p.Phases.Appeal, 0)
	f.checkDays("settlement", p.Phases.Settlement, 0)
	if n := len(p.Classes); n < 1 || n > maxClasses {
		f.add("classes", "are %d; expected 1 to %d", n, maxClasses)
	}
	for i, class := range p.Classes {
		at := fmt.Sprintf("classes[%d]", i)
		f.checkText(at, class, maxTitle)
		twice := func(other string) bool { return folding.Name(other) == folding.Name(class) }
		if slices.IndexFunc(p.Classes, twice) < i {
			f.add(at, "stands there twice")
		}
	}
	f.checkIssued(p.Issued)
	f.checkDimensions(p)
	f.checkMethods(p)
	f.checkChannels(p)
	f.checkContacts(&p.Contacts)
}

// checkIssued wants the whole of a paper or nothing.
func (f *Faults) checkIssued(i scoring.Issued) {
	if i == (scoring.Issued{}) {
		return
	}
	f.checkText("issued.body", i.Body, maxTitle)
	f.checkText("issued.number", i.Number, maxTitle)
	if _, err := time.Parse(time.DateOnly, i.Date); err != nil {
		f.add("issued.date", "is %q; expected a day such as 2017-04-20", i.Date)
	}
}

func (f *Faults) checkDays(phase string, days, least int) {
	if days < least || days > maxDays {
		f.add("phases."+phase, "is %d days; expected %d to %d", days, least, maxDays)
	}
}

// checkText checks a line that people read.
func (f *Faults) checkText(at, text string, limit int) {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		f.add(at, "is missing")
	case n > limit:
		f.add(at, "has %d characters; expected at most %d", n, limit)
	case strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == utf8.RuneError
	}):
		f.add(at, "holds a line break, a control or a format character")
	}
}

// ratedTypes must each have a dimension set; a window may, for campaigns that
// list windows as units.
func ratedTypes() []models.UnitType {
	return []models.UnitType{models.Government, models.Association, models.Service}
}

func (f *Faults) checkDimensions(p *scoring.Programme) {
	first := p.Dimensions[models.Government]
	if n := len(first); n < 1 || n > models.MaxDimensions {
		f.add("dimensions.government", "has %d dimensions; expected 1 to %d", n, models.MaxDimensions)
	}
	for _, t := range slices.Sorted(maps.Keys(p.Dimensions)) {
		if !t.Valid() {
			f.add("dimensions", "%q is no unit type", t)
		}
	}
	for _, t := range append(ratedTypes(), models.Window) {
		set, given := p.Dimensions[t]
		if !given && t == models.Window {
			continue
		}
		at := "dimensions." + string(t)
		if len(set) != len(first) {
			f.add(at, "has %d dimensions, government %d; expected sets of one length", len(set), len(first))
		}
		for i, d := range set {
			f.checkText(fmt.Sprintf("%s[%d].title", at, i), d.Title, maxTitle)
			f.checkText(fmt.Sprintf("%s[%d].question", at, i), d.Question, maxQuestion)
			if strings.Contains(d.Title+" "+d.Question, receiptWord) {
				f.add(fmt.Sprintf("%s[%d]", at, i), "must not hold the word %s, which begins a receipt", receiptWord)
			}
		}
	}
}

func (f *Faults) checkMethods(p *scoring.Programme) {
	for i, m := range p.Methods {
		at := fmt.Sprintf("methods[%d]", i)
		if err := m.Validate(p.Dims()); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				f.add(at, "%s", line)
			}
		}
		for _, other := range p.Methods[:i] {
			if other.ID == m.ID {
				f.add(at, "%q stands there twice", m.ID)
			}
		}
	}
}

func (f *Faults) checkChannels(p *scoring.Programme) {
	if n := len(p.Channels); n < 1 || n > maxChannels {
		f.add("channels", "are %d; expected 1 to %d", n, maxChannels)
	}
	var total scoring.Marks
	seen := make(map[models.Channel]bool)
	for i := range p.Channels {
		c := &p.Channels[i]
		at := fmt.Sprintf("channels[%d]", i)
		if !profileForm.MatchString(string(c.Channel)) {
			f.add(at+".channel", "is %q; expected 1 to 32 lower case letters, digits and hyphens", c.Channel)
		} else if seen[c.Channel] {
			f.add(at+".channel", "%q stands there twice", c.Channel)
		}
		seen[c.Channel] = true
		f.checkText(at+".title", c.Title, maxTitle)
		f.checkText(at+".owner", c.Owner, maxTitle)
		for k, body := range c.Assisting {
			f.checkText(fmt.Sprintf("%s.assisting[%d]", at, k), body, maxTitle)
		}
		if !c.FullMarks.Valid() {
			f.add(at+".full_marks", "is %s; expected more than 0 and at most %d", c.FullMarks, Total)
		}
		total = total.Plus(c.FullMarks)
		f.checkCollected(at, p, c)
	}
	if total != scoring.WholeMarks(Total) {
		f.add("channels", "the full marks total %s; expected exactly %d", total, Total)
	}
}

// checkCollected holds what comes through the chat apart from what is imported.
func (f *Faults) checkCollected(at string, p *scoring.Programme, c *scoring.ProgrammeChannel) {
	ours := c.Channel == models.Mobile || c.Channel == models.Social
	_, known := p.Method(c.Method)
	switch {
	case c.Collected && !ours:
		f.add(at+".collected", "only %s and %s are collected; others are imported", models.Mobile, models.Social)
	case c.Collected && !known:
		f.add(at+".method", "%q is none of the profile's methods", c.Method)
	case !c.Collected && c.Method != "":
		f.add(at+".method", "an imported channel has no method here; its owner has")
	}
}
