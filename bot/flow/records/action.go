package records

// ListMine asks for the citizen's own ratings and tickets, newest first.
type ListMine struct{}

// ActionName implements bot.Action.
func (ListMine) ActionName() string { return "list" }

// LookUpTicket asks for the state of a ticket by number and query code: Done with
// Tickets[0], NotFound, WrongCode or OverLimit.
type LookUpTicket struct{ No, Code string }

// ActionName implements bot.Action.
func (LookUpTicket) ActionName() string { return "ticket" }

// LookUpReceipt asks for the rating with a receipt: Done with Ratings[0], whose
// State alone matters, where the citizen's own account gave the rating; Done
// without Ratings where another account did; or NotFound.
type LookUpReceipt struct{ Receipt string }

// ActionName implements bot.Action.
func (LookUpReceipt) ActionName() string { return "receipt" }
