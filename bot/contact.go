package bot

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// shortestNumber is the least that a telephone number has; a digit or two are somebody's
// who thinks of a list.
const shortestNumber = 5

func (t *turn) askContact() {
	if t.s.draft.identity == openly {
		t.say(textContactNamed)
	} else {
		t.say(textContactAnonymous)
	}
	t.nav(choice{t.e.texts.word(vSkip), command{verb: vSkip, unit: t.s.draft.unit}}, t.navDraftBack(), t.navCancel())
}

// takeContact takes a telephone number or the like as it was typed.
func (t *turn) takeContact() stepID {
	if t.warned > 0 { // no telephone number: it belongs to what happened
		t.keep(t.told())
		return stay
	}
	if d, ok := digitsOnly(t.norm); ok && len(d) < shortestNumber {
		t.say(textContactShort)
		return stepContact
	}
	contact := strings.Join(strings.Fields(strings.ToValidUTF8(t.in.Text, "")), " ")
	if utf8.RuneCountInString(contact) > maxContactRunes {
		t.say(textContactLong, strconv.Itoa(maxContactRunes))
		return stepContact
	}
	return t.setContact(contact)
}

func (t *turn) setContact(contact string) stepID {
	d := &t.s.draft
	if d.contact != contact || !d.contacted {
		d.contact, d.contacted = contact, true
		d.revision++
	}
	return t.after(t.s.draft.missing())
}

func (t *turn) skipContact(command) stepID {
	if t.s.step != stepContact {
		t.unknown()
		return stay
	}
	return t.setContact("")
}
