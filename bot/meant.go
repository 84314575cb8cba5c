package bot

import "strings"

// The longest and shortest name that is looked for inside a sentence, in runes, and
// the longest sentence that is searched for one.
const (
	longestWithin  = 12
	shortestWithin = 2
	mostSentence   = 40
)

// glued takes a word that starts something and a unit's name apart that were written
// without a blank, as in 投诉教育局. Only a name as a whole counts; a longer sentence
// is read by meant.
func (t *turn) glued(norm string) command {
	for _, v := range [...]verb{vComplain, vComplainAfter, vWithdraw, vRate} {
		for _, w := range t.e.texts.words[v] {
			rest, ok := strings.CutPrefix(norm, w)
			if !ok || rest == "" || rest[0] == ' ' {
				continue
			}
			rest = strings.TrimLeft(rest, " :,")
			if code, found := t.unitRef(rest); found && code != unsure && len(t.w.Directory.Exact(norm)) == 0 {
				if v == vComplainAfter {
					v = vComplain
				}
				return command{verb: v, unit: code, loose: true} // amid a story it is text
			}
		}
	}
	return command{}
}

// meant reads what a sentence wants by its verb: a complaint, a withdrawal, or to
// hear what became of them. vFree where it has no such verb.
func (t *turn) meant() command {
	x := t.e.texts
	accuses := t.has(x.sentence.complain)
	switch {
	case t.has(x.sentence.withdraw) && accuses:
		return command{verb: vKeepComplaint}
	case t.has(x.sentence.withdraw):
		return command{verb: vWithdraw, unit: t.unitWithin()}
	case t.has(x.sentence.query):
		return command{verb: vQuery}
	case accuses:
		return t.accused()
	}
	return command{}
}

// accused is a complaint about the unit that a sentence names, or else about what
// stands behind its verb.
func (t *turn) accused() command {
	c := command{verb: vComplain, unit: t.unitWithin()}
	if c.unit != "" {
		return c
	}
	for _, w := range t.e.texts.sentence.complain {
		if _, rest, ok := strings.Cut(t.norm, w); ok {
			if rest = strings.TrimLeft(rest, " :,"); rest != "" && len([]rune(rest)) <= refRunes && len(t.find(rest)) > 0 {
				c.ref = rest
			}
			return c
		}
	}
	return c
}

func (t *turn) has(words []string) bool {
	for _, w := range words {
		if strings.Contains(t.norm, w) {
			return true
		}
	}
	return false
}

// sentenceUnit is the unit that a text names, and whether it was looked for.
type sentenceUnit struct {
	code   string
	sought bool
}

// unitWithin is the code of the one unit that a sentence names, by its longest names;
// "" where it names none or several. It is looked for once a message.
func (t *turn) unitWithin() string {
	if !t.inside.sought {
		t.inside = sentenceUnit{t.findWithin(), true}
	}
	return t.inside.code
}

func (t *turn) findWithin() string {
	runes := []rune(t.norm)
	if len(runes) > mostSentence {
		return ""
	}
	found := ""
	for from := 0; from < len(runes); {
		code, n := t.longestName(runes[from:])
		switch {
		case n == 0:
			from++
			continue
		case code == "" || found != "" && found != code:
			return ""
		}
		found = code
		from += n
	}
	return found
}

// longestName finds the longest name of a unit at the beginning of runes, and how
// many it takes. The code is "" where several units have the name.
func (t *turn) longestName(runes []rune) (code string, n int) {
	for n = min(len(runes), longestWithin); n >= shortestWithin; n-- {
		text := string(runes[:n])
		units := t.w.Directory.Exact(text)
		if len(units) == 0 || strings.EqualFold(units[0].Code, text) { // a code inside of a sentence is chance
			continue
		}
		if len(units) > 1 {
			return "", n
		}
		return units[0].Code, n
	}
	return "", 0
}

// offerBoth asks whether a unit that a sentence names is to be rated or complained
// about.
func (t *turn) offerBoth(code string) {
	t.forget()
	if t.story() {
		t.say(textNotKept)
	}
	t.say(textBoth, t.nameOf(code))
	t.c.lists, t.c.shown = true, nil
	t.item(choice{t.label(textBothRate), command{verb: vRate, unit: code}})
	t.item(choice{t.label(textBothComplain), command{verb: vComplain, unit: code}})
}

// keepComplaint says that a complaint cannot be taken back here, and what can.
func (t *turn) keepComplaint(command) {
	t.say(textComplaintStays)
	t.sayOffice()
	if t.drafting() {
		t.stillOpen()
		return
	}
	t.nav(t.navQuery(), choice{t.e.texts.word(vWithdraw), command{verb: vWithdraw}})
}

// sayOffice adds the line with the office's telephone number, where there is one.
func (t *turn) sayOffice() {
	n := t.contacts()
	if n.Phone == "" {
		return
	}
	t.say(textOfficePhone, n.Office, n.Phone)
	if n.Hours != "" {
		t.append(textOfficeHours, n.Hours)
	}
}

// noComplaints is said where complaints are not taken: whom to ring, and that nothing
// was kept.
func (t *turn) noComplaints() {
	n := t.contacts()
	t.say(textComplaintsOff)
	t.sayOffice()
	t.say(textHotlines, n.Hotline, n.Discipline)
	if t.step().flow == flowRating {
		t.stillOpen()
		return
	}
	t.forget()
	t.nav(t.navRate(), t.navQuery())
}
