package complaint

import (
	"strconv"
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

// previewRunes is how much of what was written a summary shows.
const previewRunes = 60

// askReview shows the complaint as it would be submitted: shortened, but for
// every choice in words.
func askReview(t *bot.Turn) {
	d := of(t)
	t.Say(textReview)
	t.Say(textReviewUnit, t.NameOf(t.S.Draft.Unit))
	t.Say(textReviewKind, t.Names(kinds)[d.Kind-1].Label)
	if text := d.written(); text != "" {
		t.Say(textReviewText, catalogue.Safe(catalogue.Cut(text, previewRunes)), strconv.Itoa(d.runes()))
	}
	if media := media(t); media != "" {
		t.Say(textReviewMedia, media)
	}
	how := t.Word(word.Anonymous)
	if d.Identity == openly {
		how = t.Word(word.Named)
	}
	t.Say(textReviewHow, how)
	if d.Contact == "" {
		t.Say(textReviewNoContact)
	} else {
		t.Say(textReviewContact, catalogue.Safe(catalogue.Cut(d.Contact, 30)))
	}
	t.Say(textReviewFoot)
	t.Nav(
		bot.Choice{Label: t.Word(bot.Confirm), Do: bot.Command{Verb: bot.Confirm, Unit: t.S.Draft.Unit, N: t.S.Draft.Digits(t.S.Draft.Revision), Of: word.Complain}},
		bot.Choice{Label: t.Word(word.Edit), Do: bot.Command{Verb: word.Edit, Unit: t.S.Draft.Unit, Of: word.Complain}},
		drafts.NavCancel(t))
}

// written is what was written, in one line.
func (d *State) written() string {
	var words []string
	n := 0
	for i := range d.Parts {
		if p := &d.Parts[i]; p.Text != "" && n < previewRunes*4 {
			words = append(words, strings.Fields(catalogue.Cut(p.Text, previewRunes*2))...)
			n += len(p.Text)
		}
	}
	return strings.Join(words, " ")
}

// media counts what was sent besides texts.
func media(t *bot.Turn) string {
	var counts [bot.Link + 1]int
	for i := range of(t).Parts {
		counts[of(t).Parts[i].Kind]++
	}
	var out []string
	for _, of := range [...]struct {
		kind bot.InputKind
		text *catalogue.Phrase
	}{{bot.Picture, textPictures}, {bot.Voice, textVoices}, {bot.Video, textVideos}, {bot.Place, textPlaces}, {bot.Link, textLinks}} {
		if n := counts[of.kind]; n > 0 {
			out = append(out, t.Fill(of.text, strconv.Itoa(n)))
		}
	}
	return strings.Join(out, t.Label(textOr))
}

// editComplaint leads to the choice of the part to change, once there is a
// whole draft to change.
func editComplaint(t *bot.Turn, _ bot.Command) bot.StepID {
	if missing(t) != StepReview {
		t.Unknown()
		return bot.Stay
	}
	return StepAmend
}

func askAmend(t *bot.Turn) {
	t.Say(textAmend)
	for i, a := range t.Names(amendments) {
		t.Item(bot.Choice{Label: a.Label, Do: bot.Command{Verb: word.Amend, Unit: t.S.Draft.Unit, Arg: uint8(i)}})
	}
	t.Nav(navDraftBack(t), drafts.NavCancel(t))
}

// amendByName takes a part by its name.
func amendByName(t *bot.Turn) bot.StepID {
	if place, ok := t.Place(amendments, t.Norm); ok {
		return amend(t, bot.Command{Verb: word.Amend, Arg: place})
	}
	drafts.Stray(t)
	return bot.Stay
}

// amend leads to the step of one part; its answer leads back to the summary.
func amend(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if missing(t) != StepReview {
		t.Unknown()
		return bot.Stay
	}
	d.Amending = true
	switch c.Arg {
	case amendUnit:
		return StepWho
	case amendKind:
		return StepKind
	case amendRewrite:
		d.Rewriting = true
		return StepTell
	case amendMore:
		return StepTell
	case amendIdentity:
		return StepIdentity
	}
	return StepContact
}

// backComplaint goes one step back. While a part is changed that leads to the
// summary; before the unit it leads out of the complaint.
func backComplaint(t *bot.Turn, _ bot.Command) bot.StepID {
	d := of(t)
	if d.Amending {
		d.Amending, d.Rewriting = false, false
		return StepReview
	}
	switch t.S.Step {
	case StepKind:
		return StepWho
	case StepTell:
		return StepKind
	case StepIdentity:
		return StepTell
	case StepContact:
		return StepIdentity
	case StepReview:
		return StepContact
	case StepAmend:
		return StepReview
	}
	if t.S.Query != "" {
		t.S.Query, t.S.Page = "", 0
		return StepWho
	}
	t.Say(textCancelled, t.Title())
	t.Forget()
	return bot.Home
}

// confirmComplaint submits the complaint if what the link's summary showed, or
// what the summary on the screen shows, is what would be submitted.
func confirmComplaint(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if c.Of != word.Complain && (c.Of != "" || c.N != 0) {
		t.Stale(c)
		return bot.Stay
	}
	whole := missing(t) == StepReview
	switch {
	case c.N == 0 && (t.S.Step != StepReview || !whole):
		t.Say(textNotYet)
		return t.S.Step
	case c.N != 0 && (!whole || c.N != t.S.Draft.Digits(t.S.Draft.Revision)):
		if drafts.IsLast(t, c) {
			drafts.Repeat(t)
			return bot.Stay
		}
		t.Say(textOldSummary)
		if whole {
			d.Amending = false
			return StepReview
		}
		return t.S.Step
	case drafts.TooOld(t):
		return t.S.Step
	}
	unit := t.S.Draft.Unit
	if unit == bot.Unsure {
		unit = ""
	}
	return t.Do(File{
		Draft: t.S.Draft.ID, Campaign: campaignOfYear(t), Unit: unit, Kind: Kinds[d.Kind-1],
		Parts: append([]Part(nil), d.Parts...), Anonymous: d.Identity == anonymous, Contact: d.Contact,
	})
}

// filed tells the number and the query code.
func filed(t *bot.Turn, a bot.Action, r bot.Result) {
	f, _ := a.(File)
	t.Rank(bot.ClassConfirm)
	switch r.Status {
	case bot.Done:
		t.Say(textFiled)
	case bot.AlreadyDone:
		t.Say(textFiledBefore)
	case bot.OverLimit:
		t.Say(textOverLimitKept)
		t.Nav(t.Choice(word.Query), drafts.NavResume(t))
		return
	default:
		drafts.Unresolved(t)
		return
	}
	unit := t.S.Draft.Unit
	if t.S.Draft.ID == f.Draft {
		t.S.Last = bot.Receipt{Flow: name, Unit: unit, Receipt: r.No, Code: r.Code, Digits: t.S.Draft.Digits(t.S.Draft.Revision)}
		t.Forget()
	}
	ticketLines(t, r.No, r.Code)
	t.Say(textFiledThen)
	t.Nav(t.Choice(word.Query), t.Choice(word.Rate))
}

// ticketLines are the ticket's number and query code, each on a line of its
// own.
func ticketLines(t *bot.Turn, no, code string) {
	t.Say(textTicketNo, no)
	if code != "" {
		t.Say(textTicketCode, code)
	}
}
