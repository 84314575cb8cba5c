package withdrawal

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/word"
)

// listWithdrawals lists what can be withdrawn.
func listWithdrawals(t *bot.Turn, _ bot.Action, r bot.Result) {
	wish, found := t.S.Wish, records.In(r)
	t.S.Wish = bot.Command{}
	records.SayUnlinked(t, found)
	t.Forget()
	var open []records.MyRating
	for _, m := range found.Ratings {
		if m.Open && m.State == records.Live {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		if !found.Unlinked {
			t.Say(textNothingToWithdraw)
		}
		t.Nav(t.Homes()...)
		return
	}
	t.S.Step, t.S.Page = StepChoose, uint16(min(max(wish.N, 1), browse.MaxPage))
	t.Say(textChooseWithdrawal)
	from, to := browse.PageOf(t, len(open))
	for _, m := range open[from:to] {
		c := bot.Command{Verb: word.Withdraw, Unit: m.Unit}
		if camp := t.CampaignFor(m.Unit); camp == nil || camp.ID != m.Campaign {
			c.Ref = m.Campaign // the unit alone would mean its rating in another campaign
		}
		t.Item(bot.Choice{Label: t.NameOf(m.Unit), Do: c})
		t.Append(textWithdrawalAt, word.Moment(t, m.At))
		records.CampaignOf(t, m)
	}
	browse.PageNav(t, bot.Command{Verb: word.Withdraw}, len(open))
	t.Nav(t.Choice(bot.Back))
}

// nameWithdrawal takes the name of a unit, or part of it, that means one of the
// list; another text is what it would be without one.
func nameWithdrawal(t *bot.Turn) bot.StepID {
	var meant []bot.Command
	for _, u := range browse.Find(t, t.Norm) {
		for _, c := range t.S.Shown {
			if c.Verb == word.Withdraw && c.Unit == u.Code {
				meant = append(meant, c)
			}
		}
	}
	if len(meant) == 1 {
		withdraw(t, meant[0])
	} else {
		browse.Wander(t)
	}
	return bot.Stay
}

// turn turns the list; the record is asked again.
func turn(t *bot.Turn, c bot.Command) bot.StepID {
	page := uint32(t.S.Page)
	if c.Verb == bot.Next {
		page++
	} else if page > 1 {
		page--
	}
	t.S.Wish = bot.Command{Verb: word.Withdraw, N: page}
	return t.Do(ListOpen{})
}

// readWithdraw understands a unit behind 撤回, perhaps with the campaign it was rated in.
func readWithdraw(t *bot.Turn, rest string) bot.Command {
	c := bot.Command{Verb: word.Withdraw}
	rest, c.N = t.CutPage(rest)
	c = t.Named(c, rest)
	if i := strings.LastIndexByte(rest, ' '); i > 0 && c.Unit == "" {
		if code, ok := t.UnitRef(rest[:i]); ok && t.Campaign(rest[i+1:]) != nil {
			return bot.Command{Verb: word.Withdraw, Unit: code, Ref: rest[i+1:], N: c.N}
		}
	}
	return c
}

func sendWithdraw(t *bot.Turn, c bot.Command) string {
	if c.Unit != "" && c.Ref != "" {
		return t.Join(t.Word(word.Withdraw), t.RefName(c), catalogue.Safe(c.Ref))
	}
	return t.SendWord(c)
}
