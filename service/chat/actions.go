// Package chat has the use cases of the dialogue: what a citizen's confirmed push does
// (a rating, its withdrawal, a reason, a complaint), what it looks up, the world that the
// dialogue sees, and who follows an account.
//
// It imports bot and its flows, intake, models, complaints, scoring, social, seal and the
// services campaign and keys. What it needs of the record are its ports, which package
// store implements.
package chat

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/withdrawal"
	"pingyi/complaints"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/social"
)

// Record is what actions need of the record.
type Record interface {
	Effects
	Citizens
}

// Effects have an effect at most once for a push and once for a draft.
type Effects interface {
	// FindEffect is the sealed answer that an effect of a push committed.
	FindEffect(ctx context.Context, tenant string, push models.ID) (answer []byte, found bool, err error)
	// Before is what a push or its draft did before. models.NotFound: nothing.
	Before(ctx context.Context, tenant, campaign string, push, draft models.ID) (scoring.Ack, error)
	Withdraw(ctx context.Context, w scoring.Withdrawal) (scoring.Ack, error)
	AddReason(ctx context.Context, r scoring.Reason) (scoring.Ack, error)
	File(ctx context.Context, f complaints.Filing) (complaints.Ack, error)
}

// Citizens is what a citizen may be told of what they sent.
type Citizens interface {
	// Mine lists the ratings of a citizen, who is another person in every campaign.
	Mine(ctx context.Context, tenant string, persons []models.ID) ([]scoring.OwnRating, error)
	// Receipt is the rating of a receipt. models.NotFound: none.
	Receipt(ctx context.Context, tenant, receipt string) (scoring.OwnRating, error)
	Tickets(ctx context.Context, tenant string, citizen models.ID) ([]complaints.Ticket, error)
	// TicketByNo asks for the query code. models.Forbidden: it is wrong;
	// models.TooMany: too many were.
	TicketByNo(ctx context.Context, tenant string, citizen models.ID, no string, codeHash []byte, now time.Time) (complaints.Ticket, error)
	// FiledToday counts the complaints of a citizen on the day of now.
	FiledToday(ctx context.Context, tenant string, citizen models.ID, now time.Time) (int, error)
}

// Actions joins the dialogue with scoring, complaints and storage: it turns what
// the engine asks for into submissions and filings, and verdicts into results.
type Actions struct {
	Record    Record
	Ratings   social.Ratings // takes a confirmed rating, and returns after the commit
	Ring      *seal.Ring
	Views     *campaign.Views
	Followers *Followers
	Persons   *keys.PersonWatch
	// Unresolved reports whether an error leaves open if the effect was had.
	Unresolved func(error) bool
}

var _ intake.Actions = (*Actions)(nil)

// Finished implements intake.Actions.
func (a *Actions) Finished(ctx context.Context, t *intake.Turn) ([]byte, error) {
	answer, found, err := a.Record.FindEffect(ctx, t.Account.Tenant, t.PushID)
	if err != nil || !found {
		return nil, err
	}
	return answer, nil
}

// Do implements intake.Actions.
func (a *Actions) Do(ctx context.Context, t *intake.Turn, what bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	r, first, err := a.do(ctx, t, what, finish)
	if err != nil && !a.Unresolved(err) {
		err = fmt.Errorf("%w: %w", intake.ErrNothingHad, err)
	}
	return r, first, err
}

func (a *Actions) do(ctx context.Context, t *intake.Turn, what bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	switch what := what.(type) {
	case rating.Rate:
		return a.rate(ctx, t, what, finish)
	case withdrawal.Withdraw:
		return a.withdraw(ctx, t, what, finish)
	case rating.GiveReason:
		return a.reason(ctx, t, what, finish)
	case complaint.File:
		return a.file(ctx, t, what, finish)
	case bot.Erase:
		err := a.Followers.left(ctx, t)
		return bot.Result{Status: bot.Done}, nil, err
	default:
		return bot.Result{}, nil, fmt.Errorf("no effect is known for %T", what)
	}
}

func (a *Actions) rate(ctx context.Context, t *intake.Turn, what rating.Rate, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	tenant, err := a.Ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return bot.Result{}, nil, err
	}
	key := personOf(t.Account, what.Campaign)
	person, err := a.Ring.NewPerson(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, tenant.Draft(t.CitizenID, what.Draft), err)
	case models.KindOf(err) == models.NotFound: // there is no such campaign
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	row, err := models.NewRowID(t.Input.Now, rand.Reader)
	if err != nil {
		return bot.Result{}, nil, err
	}
	provenance, err := a.Followers.provenance(ctx, t)
	if err != nil {
		return bot.Result{}, nil, err
	}
	s := scoring.Submission{
		Tenant: t.Account.Tenant, Campaign: what.Campaign, Channel: t.Account.Channel, Account: t.Account.ID,
		Unit: what.Unit, Window: what.Window, Serial: what.Serial,
		Rating: row, Person: person, Push: t.PushID, Draft: tenant.Draft(t.CitizenID, what.Draft),
		Receipt: NewReceipt(), Answers: what.Answers, Provenance: provenance, PlatformAt: t.Input.At, ReceivedAt: t.Input.Now,
	}
	done := bot.Result{Status: bot.Done, Receipt: s.Receipt, Unit: s.Unit, At: s.ReceivedAt}
	replacing := done
	replacing.Before = true
	if s.Replacing, err = finish(replacing); err != nil {
		return bot.Result{}, nil, err
	}
	if s.Answer, err = finish(done); err != nil {
		return bot.Result{}, nil, err
	}
	ack, err := a.Ratings.Submit(ctx, s)
	if err != nil {
		return bot.Result{}, nil, err
	}
	if ack.Replaced {
		done = replacing
		if _, err = finish(done); err != nil { // again: the last call is what was committed
			return bot.Result{}, nil, err
		}
	}
	return ratingResult(ack, done)
}

func (a *Actions) withdraw(ctx context.Context, t *intake.Turn, what withdrawal.Withdraw, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	tenant, err := a.Ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return bot.Result{}, nil, err
	}
	key := personOf(t.Account, what.Campaign)
	person, err := a.Ring.Person(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, tenant.Draft(t.CitizenID, what.Draft), err)
	case models.KindOf(err) == models.NotFound: // no citizen has rated yet
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, At: t.Input.Now}
	answer, err := finish(done)
	if err != nil {
		return bot.Result{}, nil, err
	}
	ack, err := a.Record.Withdraw(ctx, scoring.Withdrawal{
		Tenant: t.Account.Tenant, Campaign: what.Campaign, Unit: what.Unit, Channel: t.Account.Channel,
		Person: person, Push: t.PushID, Draft: tenant.Draft(t.CitizenID, what.Draft), PlatformAt: t.Input.At, ReceivedAt: t.Input.Now, Answer: answer,
	})
	if err != nil {
		return bot.Result{}, nil, err
	}
	return ratingResult(ack, done)
}

func (a *Actions) reason(ctx context.Context, t *intake.Turn, what rating.GiveReason, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	key := personOf(t.Account, what.Campaign)
	person, err := a.Ring.Person(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, models.ID{}, err)
	case models.KindOf(err) == models.NotFound: // no citizen has rated yet
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, Receipt: what.Receipt, At: t.Input.Now}
	answer, err := finish(done)
	if err != nil {
		return bot.Result{}, nil, err
	}
	ack, err := a.Record.AddReason(ctx, scoring.Reason{
		Tenant: t.Account.Tenant, Receipt: what.Receipt, Person: person, Reason: what.Reason,
		Push: t.PushID, ReceivedAt: t.Input.Now, Answer: answer,
	})
	if err != nil {
		return bot.Result{}, nil, err
	}
	return ratingResult(ack, done)
}

func ratingResult(ack scoring.Ack, done bot.Result) (bot.Result, []byte, error) {
	switch ack.Verdict {
	case scoring.Counted:
		return done, nil, nil
	case scoring.Repeat:
		return bot.Result{}, ack.Answer, nil
	case scoring.DraftDone:
		return bot.Result{Status: bot.AlreadyDone, Receipt: ack.Receipt, Unit: ack.Unit, At: ack.At}, nil, nil
	case scoring.TooLate:
		return bot.Result{Status: bot.TooLate, Unit: done.Unit}, nil, nil
	case scoring.TooEarly:
		return bot.Result{Status: bot.TooEarly, Unit: done.Unit}, nil, nil
	case scoring.Outdated:
		return bot.Result{Status: bot.Outdated, Unit: done.Unit}, nil, nil
	default:
		return bot.Result{Status: bot.NotFound, Unit: done.Unit}, nil, nil
	}
}

// unlinked is the result of an action whose person cannot be known: what the push
// or the draft did before, as far as that is in the record, else Unlinked.
func (a *Actions) unlinked(ctx context.Context, t *intake.Turn, key models.PersonKey, draft models.ID, cause error) (bot.Result, []byte, error) {
	ack, err := a.Record.Before(ctx, key.Tenant, key.Campaign, t.PushID, draft)
	switch {
	case err == nil && ack.Verdict == scoring.Repeat:
		return bot.Result{}, ack.Answer, nil
	case err == nil:
		return bot.Result{Status: bot.AlreadyDone, Receipt: ack.Receipt, Unit: ack.Unit, At: ack.At}, nil, nil
	case models.KindOf(err) != models.NotFound:
		return bot.Result{}, nil, err
	}
	a.Persons.Refuse(key, cause)
	return bot.Result{Status: bot.Unlinked}, nil, nil
}

// personOf names the key under which a turn's citizen is a person of a campaign.
func personOf(a *intake.Account, id string) models.PersonKey {
	return models.PersonKey{Tenant: a.Tenant, Campaign: id, Account: a.ID, Channel: a.Channel}
}
