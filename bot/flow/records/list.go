package records

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

// What a page of the citizen's records holds.
const (
	recordsTaps   = 5
	recordsDigits = 3
)

// listed shows the citizen's own records, for what the wish says.
func listed(t *bot.Turn, _ bot.Action, r bot.Result) {
	found := In(r)
	wish := t.S.Wish
	t.S.Wish = bot.Command{}
	SayUnlinked(t, found)
	if wish.Verb == bot.Confirm && unknownConfirmation(t, wish, found) {
		return
	}
	records(t, wish, found)
}

// SayUnlinked tells that there may be more than was found.
func SayUnlinked(t *bot.Turn, found Found) {
	if found.Unlinked {
		t.Say(textRecordsUnlinked)
	}
}

// unknownConfirmation answers a confirmation whose dialogue is gone, from what
// the record holds; done where the record has what was confirmed, or what a
// change of it that is lost would have replaced: the record cannot tell which of the two.
func unknownConfirmation(t *bot.Turn, wish bot.Command, r Found) (done bool) {
	if t.Lost.Why != nil {
		t.TellLost()
	}
	for _, m := range r.Ratings {
		if wish.Unit == "" || m.Unit != wish.Unit || wish.Of != "" || m.State != Live {
			continue
		}
		// One of another year is not what was confirmed.
		if c := t.CampaignFor(m.Unit); c == nil || c.ID != m.Campaign {
			continue
		}
		t.Say(textConfirmFound, t.NameOf(m.Unit), word.Moment(t, m.At))
		t.Say(textReceipt, m.Receipt)
		t.Say(textConfirmFoundElse)
		drafts.ChangeLater(t, m.Campaign, m.Unit)
		t.Nav(t.Choice(word.Again), t.Choice(word.Query))
		return true
	}
	if wish.Of == word.Complain && foundTicket(t, wish, r) {
		return true
	}
	if wish.Unit != "" && wish.Unit != bot.Unsure && wish.Of == "" {
		t.Say(textConfirmGone, t.NameOf(wish.Unit))
		return false
	}
	t.Say(textConfirmNothing)
	return false
}

// foundTicket shows the newest complaint about the unit of a confirmation whose
// dialogue is gone. Whether it is the one that was confirmed its citizen can tell.
func foundTicket(t *bot.Turn, wish bot.Command, r Found) bool {
	unit := wish.Unit
	if unit == bot.Unsure {
		unit = ""
	}
	for _, k := range r.Tickets {
		if wish.Unit == "" || k.Unit != unit {
			continue
		}
		t.Say(textConfirmFiled)
		ticket(t, k)
		t.Say(textConfirmFiledElse)
		t.Nav(t.Choice(word.Query), t.Choice(word.Complain))
		return true
	}
	return false
}

// records lists ratings, without their levels, and tickets.
func records(t *bot.Turn, wish bot.Command, r Found) {
	total := len(r.Ratings) + len(r.Tickets)
	flowing := t.Flow() != nil
	if total == 0 {
		if !r.Unlinked {
			t.Say(textNoRecords)
		}
		recordsNav(t, flowing)
		return
	}
	size := recordsDigits
	if t.Taps() {
		size = recordsTaps
	}
	page := min(max(int(wish.N), 1), (total+size-1)/size)
	if wish.Verb == bot.Confirm {
		page, size = 1, 2
	}
	t.Say(textRecords)
	for i := (page - 1) * size; i < min(page*size, total); i++ {
		if i < len(r.Ratings) {
			rating(t, r.Ratings[i])
		} else {
			ticket(t, r.Tickets[i-len(r.Ratings)])
		}
	}
	if !flowing {
		query := t.S.Query
		t.Forget()
		t.S.Query, t.S.Page, t.S.Step = query, uint16(page), Step
	}
	var ways []bot.Choice
	if page > 1 {
		ways = append(ways, bot.Choice{Label: t.Word(word.Previous), Do: bot.Command{Verb: word.Query, N: uint32(page - 1)}})
	}
	if page*size < total {
		ways = append(ways, bot.Choice{Label: t.Word(bot.Next), Do: bot.Command{Verb: word.Query, N: uint32(page + 1)}})
	}
	if flowing && !t.Taps() { // amid a draft a bare 下一页 means nothing
		for i := range ways {
			ways[i].Label = t.Send(ways[i].Do)
		}
	}
	if len(ways) > 0 {
		t.Nav(ways...)
	}
	recordsNav(t, flowing)
}

func recordsNav(t *bot.Turn, flowing bool) {
	if flowing {
		drafts.StillOpen(t)
		return
	}
	t.Nav(t.Choice(word.Rate), t.Choice(word.Complain), t.Choice(word.Withdraw))
}

func rating(t *bot.Turn, m MyRating) {
	t.Say(textRecordRating, t.NameOf(m.Unit), word.Moment(t, m.At), t.Label(stateOf(m)))
	CampaignOf(t, m)
	t.Say(textReceipt, m.Receipt)
}

func ticket(t *bot.Turn, k Ticket) {
	t.Say(textRecordTicket, t.NameOf(k.Unit), complaint.KindLabel(t, k.Kind), t.Label(ticketState(k.State)), word.Hour(t, k.Since))
	t.Say(textTicketNo, k.No)
}

// CampaignOf names a rating's campaign where others have its unit too, so that
// two ratings of it can be told apart.
func CampaignOf(t *bot.Turn, m MyRating) {
	own := t.Campaign(m.Campaign)
	for _, c := range t.W.Campaigns {
		if own != nil && c != own && c.Unit(m.Unit) != nil {
			t.Append(textOfUnit, t.Fitted(catalogue.Safe(own.Title), 30, 14))
			return
		}
	}
}

// turnRecords turns the list of records; the record is asked again.
func turnRecords(t *bot.Turn, c bot.Command) bot.StepID {
	page := uint32(t.S.Page)
	if c.Verb == bot.Next {
		page++
	} else if page > 1 {
		page--
	}
	t.S.Wish = bot.Command{Verb: word.Query, N: page}
	return t.Do(ListMine{})
}

// ticketed shows the state of a ticket to anybody who knows its code. Unknown
// numbers and wrong codes look alike.
func ticketed(t *bot.Turn, _ bot.Action, r bot.Result) {
	switch found := In(r); {
	case r.Status == bot.OverLimit:
		t.Say(textTicketTries)
	case r.Status != bot.Done || len(found.Tickets) == 0:
		t.Say(textTicketUnknown)
	default:
		ticket(t, found.Tickets[0])
		t.Say(textTicketThen)
	}
	lookUpNav(t)
}

// receipted tells a citizen what became of their own rating. Another account is
// told that the rating was recorded, in words that do not depend on what became of it: a
// buyer of votes could check nothing else.
func receipted(t *bot.Turn, _ bot.Action, r bot.Result) {
	switch found := In(r); {
	case r.Status != bot.Done:
		t.Say(textReceiptUnknown)
	case len(found.Ratings) == 0:
		t.Say(textReceiptRecorded)
	case found.Ratings[0].State == Live:
		t.Say(textReceiptCounted)
	default:
		t.Say(textReceiptNot, t.Label(stateOf(found.Ratings[0])))
	}
	lookUpNav(t)
}

func lookUpNav(t *bot.Turn) {
	if t.Flow() != nil {
		drafts.StillOpen(t)
		return
	}
	t.Nav(t.Homes()...)
}
