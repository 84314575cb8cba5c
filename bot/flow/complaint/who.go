package complaint

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// askWho asks for the unit: by name, from the list, or 不确定.
func askWho(t *bot.Turn) {
	t.SeeUnit() // the lists of units name no unit but their own
	unsureOf := t.Choice(bot.NotSure)
	switch {
	case t.S.Query != "":
		units, byClass := browse.UnitsListed(t)
		if byClass {
			t.Say(textChooseUnit, t.Fitted(catalogue.Safe(t.S.Query), 16, 14))
		} else {
			t.Say(textCandidates)
		}
		browse.ListUnits(t, units, word.Complain)
	default:
		t.Say(textWho)
		if c := t.CampaignFor(""); c != nil && len(c.Classes) > 0 {
			t.Say(textWhoList)
			browse.ListClasses(t, c, word.Complain)
		}
	}
	t.Nav(unsureOf, t.Choice(bot.Back), drafts.NavCancel(t))
}

// chooseWho takes a unit, a class to list, or words to look for.
func chooseWho(t *bot.Turn, c bot.Command) {
	if c.Unit == "" {
		browse.ListOf(t, c.Ref, c.N)
		if units, byClass := browse.UnitsListed(t); len(units) == 0 && !byClass {
			t.S.Query = ""
			t.Unknown()
			return
		}
		t.Ask()
		return
	}
	if u, ok := t.W.Directory.ByCode(c.Unit); ok && u.Type == models.Window && u.Parent != "" {
		if parent, found := t.W.Directory.ByCode(u.Parent); found {
			c.Unit = parent.Code
		}
	}
	setUnit(t, c.Unit)
	t.S.Step = after(t, StepKind)
	t.Ask()
}

func setUnit(t *bot.Turn, code string) {
	if t.S.Draft.Unit != code {
		t.S.Draft.Unit = code
		t.S.Draft.Revision++
	}
	t.S.Query, t.S.Page = "", 0
	t.SeeUnit()
}

// after is the next step: while a part of a finished draft is changed that is
// the summary.
func after(t *bot.Turn, next bot.StepID) bot.StepID {
	if of(t).Amending {
		of(t).Amending = false
		return StepReview
	}
	return next
}

// missing is the first step whose answer the draft of a complaint lacks.
func missing(t *bot.Turn) bot.StepID {
	d := of(t)
	switch {
	case t.S.Draft.Unit == "":
		return StepWho
	case d.Kind == 0:
		return StepKind
	case len(d.Parts) == 0:
		return StepTell
	case d.Identity == 0:
		return StepIdentity
	case !d.Contacted:
		return StepContact
	}
	return StepReview
}

// searchWho takes the name of the unit, or part of it.
func searchWho(t *bot.Turn) bot.StepID {
	c := bot.Command{Verb: word.Complain, Ref: t.Norm}
	if code, ok := t.UnitRef(t.Norm); ok {
		c.Unit = code
	} else if len(browse.Find(t, t.Norm)) == 0 {
		c.Unit = word.UnitWithin(t)
	}
	if c.Unit != "" && tellsMore(t) && len(of(t).Parts) == 0 {
		of(t).Parts = []Part{told(t)}
		t.S.Draft.Revision++
		t.Say(textToldKept)
	}
	chooseWho(t, c)
	return bot.Stay
}

func chooseUnsure(t *bot.Turn, _ bot.Command) bot.StepID {
	if t.S.Step != StepWho {
		t.Unknown()
		return bot.Stay
	}
	setUnit(t, bot.Unsure)
	return after(t, StepKind)
}

func askKind(t *bot.Turn) {
	if t.S.Draft.Unit == bot.Unsure {
		t.Say(textKindUnsure)
	} else {
		t.Say(textKind, t.NameOf(t.S.Draft.Unit))
	}
	for i, k := range t.Names(kinds) {
		t.Item(bot.Choice{Label: k.Label, Do: bot.Command{Verb: word.Kind, Unit: t.S.Draft.Unit, Arg: uint8(i)}})
	}
	t.Nav(navDraftBack(t), drafts.NavCancel(t))
}

func navDraftBack(t *bot.Turn) bot.Choice {
	return bot.Choice{Label: t.Word(bot.Back), Do: bot.Command{Verb: bot.Back, Unit: t.S.Draft.Unit}}
}

// chooseKind takes the kind, also later from the old list.
func chooseKind(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if t.S.Step == StepWho {
		t.Unknown()
		return bot.Stay
	}
	if d.Kind != c.Arg+1 {
		d.Kind = c.Arg + 1
		t.S.Draft.Revision++
	}
	switch {
	case t.S.Step != StepKind:
	case d.Identity == 0: // 完成 was not said, though something may have been sent
		return after(t, StepTell)
	default:
		return after(t, missing(t))
	}
	t.Say(textKindNow, t.Names(kinds)[c.Arg].Label)
	return t.S.Step
}
