package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

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
	"pingyi/store"
	"pingyi/store/record"
)

// actions joins the dialogue with scoring, complaints and storage: it turns what
// the engine asks for into submissions and filings, and verdicts into results.
type actions struct {
	db        *database
	ratings   *record.Writer
	ring      *seal.Ring
	views     *campaign.Views
	followers *followers
	keys      *keys.PersonWatch
}

var _ intake.Actions = (*actions)(nil)

// Finished implements intake.Actions.
func (a *actions) Finished(ctx context.Context, t *intake.Turn) ([]byte, error) {
	answer, found, err := a.db.FindEffect(ctx, t.Account.Tenant, t.PushID)
	if err != nil || !found {
		return nil, err
	}
	return answer, nil
}

// Do implements intake.Actions.
func (a *actions) Do(ctx context.Context, t *intake.Turn, what bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	r, first, err := a.do(ctx, t, what, finish)
	if err != nil && !store.IsUnresolved(err) {
		err = fmt.Errorf("%w: %w", intake.ErrNothingHad, err)
	}
	return r, first, err
}

func (a *actions) do(ctx context.Context, t *intake.Turn, what bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
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
		err := a.followers.left(ctx, t)
		return bot.Result{Status: bot.Done}, nil, err
	default:
		return bot.Result{}, nil, fmt.Errorf("no effect is known for %T", what)
	}
}

func (a *actions) rate(ctx context.Context, t *intake.Turn, what rating.Rate, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	keys, err := a.ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return bot.Result{}, nil, err
	}
	key := personOf(t.Account, what.Campaign)
	person, err := a.ring.NewPerson(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, keys.Draft(t.CitizenID, what.Draft), err)
	case models.KindOf(err) == models.NotFound: // there is no such campaign
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	row, err := models.NewRowID(t.Input.Now, rand.Reader)
	if err != nil {
		return bot.Result{}, nil, err
	}
	provenance, err := a.followers.provenance(ctx, t)
	if err != nil {
		return bot.Result{}, nil, err
	}
	s := scoring.Submission{
		Tenant: t.Account.Tenant, Campaign: what.Campaign, Channel: t.Account.Channel, Account: t.Account.ID,
		Unit: what.Unit, Window: what.Window, Serial: what.Serial,
		Rating: row, Person: person, Push: t.PushID, Draft: keys.Draft(t.CitizenID, what.Draft),
		Receipt: newReceipt(), Answers: what.Answers, Provenance: provenance, PlatformAt: t.Input.At, ReceivedAt: t.Input.Now,
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
	ack, err := a.ratings.Submit(ctx, s)
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

func (a *actions) withdraw(ctx context.Context, t *intake.Turn, what withdrawal.Withdraw, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	keys, err := a.ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return bot.Result{}, nil, err
	}
	key := personOf(t.Account, what.Campaign)
	person, err := a.ring.Person(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, keys.Draft(t.CitizenID, what.Draft), err)
	case models.KindOf(err) == models.NotFound: // nobody has rated yet
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, At: t.Input.Now}
	answer, err := finish(done)
	if err != nil {
		return bot.Result{}, nil, err
	}
	ack, err := a.db.Withdraw(ctx, scoring.Withdrawal{
		Tenant: t.Account.Tenant, Campaign: what.Campaign, Unit: what.Unit, Channel: t.Account.Channel,
		Person: person, Push: t.PushID, Draft: keys.Draft(t.CitizenID, what.Draft), PlatformAt: t.Input.At, ReceivedAt: t.Input.Now, Answer: answer,
	})
	if err != nil {
		return bot.Result{}, nil, err
	}
	return ratingResult(ack, done)
}

func (a *actions) reason(ctx context.Context, t *intake.Turn, what rating.GiveReason, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	key := personOf(t.Account, what.Campaign)
	person, err := a.ring.Person(ctx, key, t.Citizen)
	switch {
	case models.KeyGone(err):
		return a.unlinked(ctx, t, key, models.ID{}, err)
	case models.KindOf(err) == models.NotFound: // nobody has rated yet
		return bot.Result{Status: bot.NotFound, Unit: what.Unit}, nil, nil
	case err != nil:
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, Receipt: what.Receipt, At: t.Input.Now}
	answer, err := finish(done)
	if err != nil {
		return bot.Result{}, nil, err
	}
	ack, err := a.db.AddReason(ctx, scoring.Reason{
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
func (a *actions) unlinked(ctx context.Context, t *intake.Turn, key models.PersonKey, draft models.ID, cause error) (bot.Result, []byte, error) {
	ack, err := a.db.Before(ctx, key.Tenant, key.Campaign, t.PushID, draft)
	switch {
	case err == nil && ack.Verdict == scoring.Repeat:
		return bot.Result{}, ack.Answer, nil
	case err == nil:
		return bot.Result{Status: bot.AlreadyDone, Receipt: ack.Receipt, Unit: ack.Unit, At: ack.At}, nil, nil
	case models.KindOf(err) != models.NotFound:
		return bot.Result{}, nil, err
	}
	a.keys.Refuse(key, cause)
	return bot.Result{Status: bot.Unlinked}, nil, nil
}

func (a *actions) file(ctx context.Context, t *intake.Turn, what complaint.File, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	f, err := a.filing(ctx, t, what)
	if err != nil {
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, Code: f.Code, At: f.ReceivedAt}
	f.Finish = func(no string) ([]byte, error) {
		done.No = no
		return finish(done)
	}
	ack, err := a.db.File(ctx, f)
	if err != nil {
		return bot.Result{}, nil, err
	}
	switch ack.Verdict {
	case complaints.Filed:
		return done, nil, nil
	case complaints.Repeat:
		return bot.Result{}, ack.Answer, nil
	case complaints.DraftDone:
		return bot.Result{Status: bot.AlreadyDone, No: ack.No, Unit: what.Unit, At: ack.At}, nil, nil
	default:
		return bot.Result{Status: bot.OverLimit}, nil, nil
	}
}

// filing seals a complaint: text and contact under a key of its own, the way
// back to the citizen apart from both.
func (a *actions) filing(ctx context.Context, t *intake.Turn, what complaint.File) (complaints.Filing, error) {
	keys, err := a.ring.Tenant(ctx, t.Account.Tenant)
	if err != nil {
		return complaints.Filing{}, err
	}
	id, err := models.NewID(rand.Reader)
	if err != nil {
		return complaints.Filing{}, err
	}
	key := seal.NewKey()
	box, err := seal.NewBox(key)
	if err != nil {
		return complaints.Filing{}, err
	}
	content, err := json.Marshal(complaints.Content{ReceivedAt: t.Input.Now.UTC(), Parts: complaintParts(what.Parts)})
	if err != nil {
		return complaints.Filing{}, fmt.Errorf("complaint: %w", err)
	}
	f := complaints.Filing{
		Tenant: t.Account.Tenant, Campaign: what.Campaign, Channel: t.Account.Channel, Account: t.Account.ID,
		Unit: what.Unit, Kind: what.Kind, ID: id, Push: t.PushID, Draft: keys.Draft(t.CitizenID, what.Draft),
		WrappedKey:  a.ring.Wrapper().Wrap(key, complaints.KeyName(id)),
		SealedParts: box.Seal(content, []byte("parts")),
		Anonymous:   what.Anonymous,
		Citizen:     t.CitizenID, SealedCitizen: keys.Citizens().Seal([]byte(t.Citizen), t.CitizenID[:]),
		PlatformAt: t.Input.At, ReceivedAt: t.Input.Now,
		Code: newQueryCode(),
	}
	f.CodeHash = keys.CodeHash(f.Code)
	if what.Contact != "" {
		f.SealedContact = box.Seal([]byte(what.Contact), []byte("contact"))
	}
	return f, nil
}

func complaintParts(parts []complaint.Part) []complaints.Part {
	out := make([]complaints.Part, len(parts))
	for i, p := range parts {
		out[i] = complaints.Part{
			Kind: p.Kind.String(), Text: p.Text, MediaID: p.Media.ID, MediaURL: p.Media.URL,
			Latitude: p.Position.Latitude, Longitude: p.Position.Longitude, Label: p.Position.Label,
		}
	}
	return out
}

// personOf names the key under which a turn's citizen is a person of a campaign.
func personOf(a *intake.Account, campaign string) models.PersonKey {
	return models.PersonKey{Tenant: a.Tenant, Campaign: campaign, Account: a.ID, Channel: a.Channel}
}
