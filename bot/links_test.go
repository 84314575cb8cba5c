package bot_test

import (
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

func TestLinks_everyCommand_isUnderstoodAgain(t *testing.T) {
	e := newTestEngine(t)
	w := testWorld(true)
	tn := e.Turn(w, bot.Session{}, bot.Input{At: testNow})
	for _, c := range []bot.Command{
		{Verb: word.Rate}, {Verb: word.Rate, Unit: "A03"}, {Verb: word.Rate, Unit: "A10"}, {Verb: word.Rate, Unit: "C02"}, {Verb: word.Rate, Unit: "W03"},
		{Verb: word.Rate, Ref: "政府部门", N: 2}, {Verb: word.Rate, Ref: "税务", N: 2}, {Verb: word.Rate, N: 2}, {Verb: word.Again},
		{Verb: word.Complain, Unit: "A03"}, {Verb: word.Complain, Ref: "政府部门"}, {Verb: word.Complain, Ref: "局", N: 3},
		{Verb: word.Query, N: 2}, {Verb: word.Withdraw, Unit: "A03"}, {Verb: word.Withdraw, N: 2}, {Verb: bot.Back}, {Verb: bot.Back, Unit: "A03"},
		{Verb: word.Cancel, Unit: "A03"}, {Verb: word.Cancel, Unit: "A03", Of: word.Complain}, {Verb: word.Cancel, Unit: bot.Unsure, Of: word.Complain},
		{Verb: word.Continue, Unit: "A03"}, {Verb: word.Restart, Of: word.Complain}, {Verb: word.Restart, Of: word.Rate, Unit: "A03"},
		{Verb: bot.Confirm, Unit: "A03", N: 123456}, {Verb: bot.Confirm, Unit: "A10", N: 999999, Of: word.Complain},
		{Verb: bot.Confirm, Unit: bot.Unsure, N: 100000, Of: word.Complain}, {Verb: bot.Confirm, Unit: "A03", N: 100000, Of: word.Withdraw},
		{Verb: word.Edit, Unit: "A03"}, {Verb: word.Edit, Unit: "A03", N: 4}, {Verb: word.Edit, Unit: "A03", Of: word.Complain},
		{Verb: word.Level, Unit: "A03", N: 2, Arg: 4}, {Verb: word.Level, Unit: "C02", N: 6, Arg: uint8(models.Skipped)}, {Verb: word.Level, Unit: "A03", N: 1},
		{Verb: word.QuestionBack, Unit: "A03", N: 3}, {Verb: word.Kind, Unit: "A03", Arg: 1}, {Verb: word.Kind, Unit: bot.Unsure, Arg: 5},
		{Verb: word.Amend, Unit: "A03", Arg: 4}, {Verb: word.Finish, Unit: "A03"}, {Verb: word.Anonymous, Unit: bot.Unsure}, {Verb: word.Skip, Unit: "A10"},
		{Verb: word.Reason, Unit: "A03", Arg: 2}, {Verb: bot.Privacy}, {Verb: bot.Help},
	} {
		tn.S.Draft.Unit = c.Unit
		sent := tn.Send(c)
		tn.S.Draft.Unit = ""
		if strings.ContainsAny(sent, "&\"<>+%\n") {
			t.Errorf("%+v sends %q", c, sent)
		}
		if got := tn.Parse(catalogue.Fold(sent)); got != c {
			t.Errorf("%q is read as %+v, not %+v", sent, got, c)
		}
	}
}
