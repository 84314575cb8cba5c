package complaint

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

func askIdentity(t *bot.Turn) {
	t.Say(textIdentity)
	t.Item(bot.Choice{Label: t.Word(word.Anonymous), Do: bot.Command{Verb: word.Anonymous, Unit: t.S.Draft.Unit}})
	t.Append(textAnonymous)
	t.Item(bot.Choice{Label: t.Word(word.Named), Do: bot.Command{Verb: word.Named, Unit: t.S.Draft.Unit}})
	t.Append(textNamed)
	t.Nav(navDraftBack(t), drafts.NavCancel(t))
}

// chooseIdentity takes 匿名 or 实名, also later from the old list.
func chooseIdentity(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	want := anonymous
	if c.Verb == word.Named {
		want = openly
	}
	if t.S.Step != StepIdentity && d.Identity == 0 {
		t.Unknown()
		return bot.Stay
	}
	if d.Identity != want {
		anew := d.Identity != 0 && d.Contacted
		d.Identity = want
		t.S.Draft.Revision++
		if anew { // a name that was left for the one is not meant for the other
			d.Contact, d.Contacted, d.Amending = "", false, false
			return StepContact
		}
	}
	if t.S.Step == StepIdentity {
		return after(t, missing(t))
	}
	return t.S.Step
}

// shortestNumber is the least that a telephone number has; a digit or two are somebody's
// who thinks of a list.
const shortestNumber = 5

func askContact(t *bot.Turn) {
	if of(t).Identity == openly {
		t.Say(textContactNamed)
	} else {
		t.Say(textContactAnonymous)
	}
	t.Nav(bot.Choice{Label: t.Word(word.Skip), Do: bot.Command{Verb: word.Skip, Unit: t.S.Draft.Unit}}, navDraftBack(t), drafts.NavCancel(t))
}

// takeContact takes a telephone number or the like as it was typed.
func takeContact(t *bot.Turn) bot.StepID {
	if t.Warned() { // no telephone number: it belongs to what happened
		keep(t, told(t))
		return bot.Stay
	}
	if d, ok := catalogue.Digits(t.Norm); ok && len(d) < shortestNumber {
		t.Say(textContactShort)
		return StepContact
	}
	contact := strings.Join(strings.Fields(strings.ToValidUTF8(t.In.Text, "")), " ")
	if utf8.RuneCountInString(contact) > maxContactRunes {
		t.Say(textContactLong, strconv.Itoa(maxContactRunes))
		return StepContact
	}
	return setContact(t, contact)
}

func setContact(t *bot.Turn, contact string) bot.StepID {
	d := of(t)
	if d.Contact != contact || !d.Contacted {
		d.Contact, d.Contacted = contact, true
		t.S.Draft.Revision++
	}
	return after(t, missing(t))
}

func skipContact(t *bot.Turn, _ bot.Command) bot.StepID {
	if t.S.Step != StepContact {
		t.Unknown()
		return bot.Stay
	}
	return setContact(t, "")
}
