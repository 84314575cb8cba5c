package records

import (
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textHelpHome    = texts.Text("help.home")
	textUnknownHome = texts.Text("unknown.home")
	textOfUnit      = texts.Text("choose.of_unit", "unit")
	textNothingOpen = texts.Text("hold.nothing_open")

	textRecords         = texts.Text("query.records")
	textNoRecords       = texts.Text("query.none")
	textRecordsUnlinked = texts.Text("query.unlinked")
	textRecordRating    = texts.Text("query.rating", "unit", "time", "state")
	textRecordTicket    = texts.Text("query.ticket", "unit", "kind", "state", "time")
	textTicketThen      = texts.Text("query.ticket_then")
	textTicketTries     = texts.Text("query.ticket_tries")
	textTicketUnknown   = texts.Text("query.ticket_unknown")
	textCodeMissing     = texts.Text("query.code_missing", "no")
	textReceiptRecorded = texts.Text("query.receipt_recorded")
	textReceiptCounted  = texts.Text("query.receipt_counted")
	textReceiptNot      = texts.Text("query.receipt_not", "state")
	textReceiptUnknown  = texts.Text("query.receipt_unknown")
	textQueryHow        = texts.Text("query.how")

	textReceipt        = texts.Text("rated.receipt", "receipt")
	textTicketNo       = texts.Text("complaint.ticket_no", "no")
	textTicketNoBefore = texts.Text("complaint.ticket_no_before", "no")
	textTicketCode     = texts.Text("complaint.ticket_code", "code")

	textOldLink          = texts.Text("old.link", "draft")
	textEnded            = texts.Text("old.ended")
	textRateAnew         = texts.Text("old.rate_anew", "unit", "call")
	textComplainAnew     = texts.Text("old.complain_anew")
	textConfirmFound     = texts.Text("old.confirm_found", "unit", "time")
	textConfirmFoundElse = texts.Text("old.confirm_found_else")
	textConfirmFiled     = texts.Text("old.confirm_filed")
	textConfirmFiledElse = texts.Text("old.confirm_filed_else")
	textConfirmGone      = texts.Text("old.confirm_gone", "unit")
	textConfirmNothing   = texts.Text("old.confirm_nothing")

	// What became of a rating.
	ratingStates = [...]*catalogue.Phrase{
		Live: texts.Text("ratings.live"), Superseded: texts.Text("ratings.superseded"),
		Withdrawn: texts.Text("ratings.withdrawn"), Excluded: texts.Text("ratings.excluded"),
	}
	// The states of a ticket in plain words.
	ticketStates = statesOf("received", "accepted", "refused", "assigned", "handling", "answered", "revisited", "closed", "reopened")
	textElse     = texts.Text("tickets.other")
)

func statesOf(states ...string) map[string]*catalogue.Phrase {
	out := map[string]*catalogue.Phrase{}
	for _, s := range states {
		out[s] = texts.Text("tickets." + s)
	}
	return out
}

func stateOf(m MyRating) *catalogue.Phrase { return ratingStates[min(m.State, Excluded)] }

func ticketState(state string) *catalogue.Phrase {
	if p := ticketStates[state]; p != nil {
		return p
	}
	return textElse
}
