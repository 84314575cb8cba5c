package chat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"pingyi/bot"
	"pingyi/bot/flow/complaint"
	"pingyi/complaints"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
)

func (a *Actions) file(ctx context.Context, t *intake.Turn, what complaint.File, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	f, err := a.filing(ctx, t, what)
	if err != nil {
		return bot.Result{}, nil, err
	}
	done := bot.Result{Status: bot.Done, Unit: what.Unit, Code: f.Code, At: f.ReceivedAt}
	f.Finish = func(no string) ([]byte, error) {
		done.No = no
		return finish(done)
	}
	ack, err := a.Record.File(ctx, f)
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
func (a *Actions) filing(ctx context.Context, t *intake.Turn, what complaint.File) (complaints.Filing, error) {
	keys, err := a.Ring.Tenant(ctx, t.Account.Tenant)
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
		WrappedKey:  a.Ring.Wrapper().Wrap(key, complaints.KeyName(id)),
		SealedParts: box.Seal(content, []byte("parts")),
		Anonymous:   what.Anonymous,
		Citizen:     t.CitizenID, SealedCitizen: keys.Citizens().Seal([]byte(t.Citizen), t.CitizenID[:]),
		PlatformAt: t.Input.At, ReceivedAt: t.Input.Now,
		Code: NewQueryCode(),
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
