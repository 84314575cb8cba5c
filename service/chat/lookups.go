package chat

import (
	"context"
	"fmt"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/withdrawal"
	"pingyi/complaints"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
)

// Read implements intake.Actions.
func (a *Actions) Read(ctx context.Context, t *intake.Turn, what bot.Action) (bot.Result, error) {
	tenant := t.Account.Tenant
	switch what := what.(type) {
	case records.ListMine, withdrawal.ListOpen:
		return a.mine(ctx, t)
	case records.LookUpReceipt:
		return a.receipt(ctx, t, what.Receipt)
	case records.LookUpTicket:
		keys, err := a.Ring.Tenant(ctx, tenant)
		if err != nil {
			return bot.Result{}, err
		}
		ticket, err := a.Record.TicketByNo(ctx, tenant, t.CitizenID, what.No, keys.CodeHash(what.Code), t.Input.Now)
		if err != nil {
			return told(err)
		}
		return found(records.Found{Tickets: []records.Ticket{botTicket(ticket)}}), nil
	case complaint.MayComplain:
		n, err := a.Record.FiledToday(ctx, tenant, t.CitizenID, t.Input.Now)
		if err != nil {
			return bot.Result{}, err
		}
		if n >= complaints.DailyLimit {
			return bot.Result{Status: bot.OverLimit}, nil
		}
		return bot.Result{Status: bot.Done}, nil
	default:
		return bot.Result{}, fmt.Errorf("nothing is known to look up for %T", what)
	}
}

// receipt looks up the rating of a receipt. What became of it is told to the
// account that gave it alone.
func (a *Actions) receipt(ctx context.Context, t *intake.Turn, receipt string) (bot.Result, error) {
	r, err := a.Record.Receipt(ctx, t.Account.Tenant, receipt)
	if err != nil {
		return told(err)
	}
	if r.Account != t.Account.ID {
		return bot.Result{Status: bot.Done}, nil
	}
	// The rating was made under a key of this campaign and account; without it
	// everybody is a stranger.
	person, err := a.Ring.Person(ctx, personOf(t.Account, r.Campaign), t.Citizen)
	if err != nil && !models.KeyGone(err) {
		return bot.Result{}, err
	}
	if err != nil || person != r.Person {
		return bot.Result{Status: bot.Done}, nil
	}
	return found(records.Found{Ratings: []records.MyRating{myRating(r, nil, t.Input.Now)}}), nil
}

// told turns a refusal into what the citizen is told; other errors stay errors.
func told(err error) (bot.Result, error) {
	switch models.KindOf(err) {
	case models.NotFound:
		return bot.Result{Status: bot.NotFound}, nil
	case models.Forbidden:
		return bot.Result{Status: bot.WrongCode}, nil
	case models.TooMany:
		return bot.Result{Status: bot.OverLimit}, nil
	default:
		return bot.Result{}, err
	}
}

// mine lists what the citizen sent: in each campaign under another hash.
func (a *Actions) mine(ctx context.Context, t *intake.Turn) (bot.Result, error) {
	view, err := a.Views.Of(ctx, t.Account.Tenant)
	if err != nil {
		return bot.Result{}, err
	}
	var persons []models.ID
	var r records.Found
	known := view.Campaigns
	for i := range known {
		if !known[i].Collects(t.Account.Channel, t.Account.ID) {
			continue
		}
		person, err := a.Ring.Person(ctx, personOf(t.Account, known[i].ID), t.Citizen)
		switch {
		case err == nil:
			persons = append(persons, person)
		case models.CodeOf(err) == models.KeyLost:
			r.Unlinked = true
		case models.KindOf(err) != models.NotFound && !models.KeyGone(err):
			return bot.Result{}, err
		}
	}
	ratings, err := a.Record.Mine(ctx, t.Account.Tenant, persons)
	if err != nil {
		return bot.Result{}, err
	}
	tickets, err := a.Record.Tickets(ctx, t.Account.Tenant, t.CitizenID)
	if err != nil {
		return bot.Result{}, err
	}
	for _, one := range ratings {
		r.Ratings = append(r.Ratings, myRating(one, known, t.Input.Now))
	}
	for _, one := range tickets {
		r.Tickets = append(r.Tickets, botTicket(one))
	}
	return found(r), nil
}

func found(f records.Found) bot.Result { return bot.Result{Status: bot.Done, Found: f} }

func myRating(r scoring.OwnRating, known []campaign.Campaign, now time.Time) records.MyRating {
	m := records.MyRating{Campaign: r.Campaign, Unit: r.Unit, At: r.At, Receipt: r.Receipt, State: records.Live}
	switch r.State {
	case models.RatingSuperseded:
		m.State = records.Superseded
	case models.RatingWithdrawn:
		m.State = records.Withdrawn
	case models.RatingExcluded:
		m.State = records.Excluded
	case models.RatingLive:
	}
	for i := range known {
		if known[i].ID == r.Campaign {
			m.Open = known[i].Phase(now) == models.PhaseRating
		}
	}
	return m
}

func botTicket(t complaints.Ticket) records.Ticket {
	return records.Ticket{No: t.No, Unit: t.Unit, Kind: t.Kind, State: string(t.State), At: t.At, Since: t.Since}
}
