package complaint

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pingyi/bot"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

func askTell(t *bot.Turn) {
	if len(of(t).Parts) == 0 || of(t).Rewriting {
		t.Say(textTell)
		t.Nav(navDraftBack(t), drafts.NavCancel(t))
		return
	}
	t.Say(textTellMore, strconv.Itoa(len(of(t).Parts)))
	t.Nav(navFinish(t), navDraftBack(t), drafts.NavCancel(t))
}

func navFinish(t *bot.Turn) bot.Choice {
	return bot.Choice{Label: t.Word(word.Finish), Do: bot.Command{Verb: word.Finish, Unit: t.S.Draft.Unit}}
}

// tell takes a text of the complaint.
func tell(t *bot.Turn) bot.StepID {
	keep(t, told(t))
	return bot.Stay
}

// told is the present text as a part of a complaint.
func told(t *bot.Turn) Part {
	return Part{Kind: bot.Text, Text: strings.ToValidUTF8(strings.TrimSpace(t.In.Text), "")}
}

// takePart takes a picture, voice, video, place or link at any step of a
// complaint: who sends it means it to be part.
func takePart(t *bot.Turn) {
	p := Part{Kind: t.In.Kind, Media: t.In.Media, Position: t.In.Position}
	if t.In.Kind == bot.Voice || t.In.Kind == bot.Link {
		p.Text = strings.ToValidUTF8(t.In.Text, "")
	}
	for _, s := range []*string{&p.Media.ID, &p.Media.URL, &p.Position.Latitude, &p.Position.Longitude, &p.Position.Label} {
		if len(*s) > maxAddress {
			*s = ""
		}
	}
	keep(t, p)
}

// keep adds a part while there is room, and tells where there is none; nothing
// kept before is lost.
func keep(t *bot.Turn, p Part) {
	d := of(t)
	if d.Rewriting && partRunes(p) <= maxComplaintRunes {
		d.Rewriting, d.Parts = false, nil
	}
	have, more := d.runes(), partRunes(p)
	switch {
	case len(d.Parts) >= maxParts:
		t.Say(textTooMany, strconv.Itoa(maxParts))
	case have+more > maxComplaintRunes:
		t.Say(textTooLong, strconv.Itoa(more), strconv.Itoa(maxComplaintRunes), strconv.Itoa(maxComplaintRunes-have))
	default:
		d.Parts = append(d.Parts[:len(d.Parts):len(d.Parts)], p)
		t.S.Draft.Revision++
		t.Say(textTaken)
		if t.S.Step != StepTell {
			t.Ask()
			return
		}
		t.Say(textTakenHow)
		t.Nav(navFinish(t), navDraftBack(t), drafts.NavCancel(t))
		return
	}
	if t.S.Step != StepTell {
		t.Ask()
		return
	}
	t.Nav(navFinish(t), navDraftBack(t), drafts.NavCancel(t))
}

func partRunes(p Part) int {
	return utf8.RuneCountInString(p.Text) + utf8.RuneCountInString(p.Position.Label)
}

// finishTelling ends the texts; an empty complaint is told.
func finishTelling(t *bot.Turn, _ bot.Command) bot.StepID {
	if t.S.Step != StepTell {
		t.Unknown()
		return bot.Stay
	}
	if len(of(t).Parts) == 0 {
		t.Say(textEmpty)
		return StepTell
	}
	of(t).Rewriting = false
	return after(t, missing(t))
}
