package bot

// What a page of the citizen's records holds.
const (
	recordsTaps   = 5
	recordsDigits = 3
)

// listed shows the citizen's own records, for what the wish says.
func (t *turn) listed(a Action, r Result) {
	list, _ := a.(ListMine)
	wish := t.s.wish
	t.s.wish = command{}
	if r.Unlinked {
		t.say(textRecordsUnlinked)
	}
	if list.For == ForWithdrawal {
		t.listWithdrawals(wish, r)
		return
	}
	if wish.verb == vConfirm && t.unknownConfirmation(wish, r) {
		return
	}
	t.records(wish, r)
}

// unknownConfirmation answers a confirmation whose dialogue is gone, from what
// the record holds; done where the record has what was confirmed, or what a
// change of it that is lost would have replaced: which of the two nobody knows.
func (t *turn) unknownConfirmation(wish command, r Result) (done bool) {
	if t.lost != 0 {
		t.tellLost()
	}
	for _, m := range r.Ratings {
		if wish.unit == "" || m.Unit != wish.unit || flowID(wish.arg) != flowNone || m.State != Live {
			continue
		}
		// One of another year is not what was confirmed.
		if c := t.campaignFor(m.Unit); c == nil || c.ID != m.Campaign {
			continue
		}
		t.say(textConfirmFound, t.nameOf(m.Unit), t.moment(m.At))
		t.say(textReceipt, m.Receipt)
		t.say(textConfirmFoundElse)
		t.changeLater(m.Campaign, m.Unit)
		t.nav(choice{t.e.texts.word(vAgain), command{verb: vAgain}}, t.navQuery())
		return true
	}
	if flowID(wish.arg) == flowComplaint && t.foundTicket(wish, r) {
		return true
	}
	if wish.unit != "" && wish.unit != unsure && flowID(wish.arg) == flowNone {
		t.say(textConfirmGone, t.nameOf(wish.unit))
		return false
	}
	t.say(textConfirmNothing)
	return false
}

// foundTicket shows the newest complaint about the unit of a confirmation whose
// dialogue is gone. Whether it is the one that was confirmed its citizen can tell.
func (t *turn) foundTicket(wish command, r Result) bool {
	unit := wish.unit
	if unit == unsure {
		unit = ""
	}
	for _, k := range r.Tickets {
		if wish.unit == "" || k.Unit != unit {
			continue
		}
		t.say(textConfirmFiled)
		t.ticket(k)
		t.say(textConfirmFiledElse)
		t.nav(t.navQuery(), t.navComplain())
		return true
	}
	return false
}

// records lists ratings, without their levels, and tickets.
func (t *turn) records(wish command, r Result) {
	total := len(r.Ratings) + len(r.Tickets)
	flowing := t.step().flow != flowNone
	if total == 0 {
		if !r.Unlinked {
			t.say(textNoRecords)
		}
		t.recordsNav(flowing)
		return
	}
	size := recordsDigits
	if t.c.taps {
		size = recordsTaps
	}
	page := min(max(int(wish.n), 1), (total+size-1)/size)
	if wish.verb == vConfirm {
		page, size = 1, 2
	}
	t.say(textRecords)
	for i := (page - 1) * size; i < min(page*size, total); i++ {
		if i < len(r.Ratings) {
			t.rating(r.Ratings[i])
		} else {
			t.ticket(r.Tickets[i-len(r.Ratings)])
		}
	}
	if !flowing {
		query := t.s.query
		t.forget()
		t.s.query, t.s.page, t.s.step = query, uint16(page), stepRecords
	}
	var ways []choice
	if page > 1 {
		ways = append(ways, choice{t.e.texts.word(vPrevious), command{verb: vQuery, n: uint32(page - 1)}})
	}
	if page*size < total {
		ways = append(ways, choice{t.e.texts.word(vNext), command{verb: vQuery, n: uint32(page + 1)}})
	}
	if flowing && !t.c.taps { // amid a draft a bare 下一页 means nothing
		for i := range ways {
			ways[i].label = t.send(ways[i].do)
		}
	}
	if len(ways) > 0 {
		t.nav(ways...)
	}
	t.recordsNav(flowing)
}

func (t *turn) recordsNav(flowing bool) {
	x := t.e.texts
	if flowing {
		t.stillOpen()
		return
	}
	t.nav(t.navRate(), t.navComplain(), choice{x.word(vWithdraw), command{verb: vWithdraw}})
}

func (t *turn) rating(m MyRating) {
	t.say(textRecordRating, t.nameOf(m.Unit), t.moment(m.At), t.e.texts.rated[min(m.State, Excluded)])
	t.campaignOf(m)
	t.say(textReceipt, m.Receipt)
}

func (t *turn) ticket(k Ticket) {
	kind := ""
	for i, key := range ComplaintKinds {
		if key == k.Kind {
			kind = t.e.texts.kinds[i].Label
		}
	}
	t.say(textRecordTicket, t.nameOf(k.Unit), kind, t.e.texts.ticketState(k.State), t.hour(k.Since))
	t.say(textTicketNo, k.No)
}

// campaignOf names a rating's campaign where others have its unit too, so that
// two ratings of it can be told apart.
func (t *turn) campaignOf(m MyRating) {
	own := t.campaign(m.Campaign)
	for _, c := range t.w.Campaigns {
		if own != nil && c != own && c.unit(m.Unit) != nil {
			t.append(textOfUnit, t.fitted(safe(own.Title), 30, 14))
			return
		}
	}
}

// turnRecords turns the list of records; the record is asked again.
func (t *turn) turnRecords(c command) stepID {
	page := uint32(t.s.page)
	if c.verb == vNext {
		page++
	} else if page > 1 {
		page--
	}
	if t.s.step == stepChooseWithdrawal {
		t.s.wish = command{verb: vWithdraw, n: page}
		t.action = ListMine{For: ForWithdrawal}
		return stay
	}
	t.s.wish = command{verb: vQuery, n: page}
	t.action = ListMine{For: ForQuery}
	return stay
}

// listWithdrawals lists what can be withdrawn.
func (t *turn) listWithdrawals(wish command, r Result) {
	t.forget()
	var open []MyRating
	for _, m := range r.Ratings {
		if m.Open && m.State == Live {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		if !r.Unlinked {
			t.say(textNothingToWithdraw)
		}
		t.nav(t.homeChoices()...)
		return
	}
	t.s.step, t.s.page = stepChooseWithdrawal, uint16(min(max(wish.n, 1), maxPage))
	t.say(textChooseWithdrawal)
	from, to := t.pageOf(len(open))
	for _, m := range open[from:to] {
		c := command{verb: vWithdraw, unit: m.Unit}
		if camp := t.campaignFor(m.Unit); camp == nil || camp.ID != m.Campaign {
			c.ref = m.Campaign // the unit alone would mean its rating in another campaign
		}
		t.item(choice{t.nameOf(m.Unit), c})
		t.append(textWithdrawalAt, t.moment(m.At))
		t.campaignOf(m)
	}
	t.pageNav(command{verb: vWithdraw}, len(open))
	t.nav(t.navBack())
}

// nameWithdrawal takes the name of a unit, or part of it, that means one of the
// list; another text is what it would be without one.
func (t *turn) nameWithdrawal() stepID {
	var meant []command
	for _, u := range t.find(t.norm) {
		for _, c := range t.s.shown {
			if c.verb == vWithdraw && c.unit == u.Code {
				meant = append(meant, c)
			}
		}
	}
	if len(meant) == 1 {
		t.withdraw(meant[0])
	} else {
		t.wander()
	}
	return stay
}

// ticketed shows the state of a ticket to whoever knows its code. Unknown
// numbers and wrong codes look alike.
func (t *turn) ticketed(_ Action, r Result) {
	switch {
	case r.Status == OverLimit:
		t.say(textTicketTries)
	case r.Status != Done || len(r.Tickets) == 0:
		t.say(textTicketUnknown)
	default:
		t.ticket(r.Tickets[0])
		t.say(textTicketThen)
	}
	t.lookUpNav()
}

// receipted tells a citizen what became of their own rating. Another account is
// told that the rating was recorded, in the same words whatever became of it: a
// buyer of votes could check nothing else.
func (t *turn) receipted(_ Action, r Result) {
	switch {
	case r.Status != Done:
		t.say(textReceiptUnknown)
	case len(r.Ratings) == 0:
		t.say(textReceiptRecorded)
	case r.Ratings[0].State == Live:
		t.say(textReceiptCounted)
	default:
		t.say(textReceiptNot, t.e.texts.rated[min(r.Ratings[0].State, Excluded)])
	}
	t.lookUpNav()
}

func (t *turn) lookUpNav() {
	if t.step().flow != flowNone {
		t.stillOpen()
		return
	}
	t.nav(t.homeChoices()...)
}
