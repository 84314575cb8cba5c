package social

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// Reader turns stored texts into ratings, each once, and writes down what became
// of every one. Any number of readers may read the same texts.
type Reader struct {
	Account Account
	Store   Items
	Keys    Keys
	Ratings Ratings
	World   func(context.Context) (World, error)
	Receipt func() string // a fresh one
	Random  io.Reader
	Now     func() time.Time
}

// readAtATime is how many texts are submitted together; the record commits them
// in groups.
const readAtATime = 64

// Read reads every text that has no reading and returns how many it read.
func (r *Reader) Read(ctx context.Context) (int, error) {
	total := 0
	for {
		items, err := r.Store.Unread(ctx, r.Account, readAtATime)
		if err != nil || len(items) == 0 {
			return total, err
		}
		w, err := r.World(ctx)
		if err != nil {
			return total, err
		}
		readings := make([]Reading, len(items))
		errs := make([]error, len(items))
		var group sync.WaitGroup
		for i := range items {
			group.Go(func() { readings[i], errs[i] = r.one(ctx, &w, &items[i]) })
		}
		group.Wait()
		done := readings[:0]
		var failed error
		for i := range items {
			if errs[i] != nil {
				failed = errs[i]
				continue
			}
			done = append(done, readings[i])
		}
		if err := r.Store.WriteDown(ctx, r.Account, done); err != nil {
			return total, err
		}
		total += len(done)
		if failed != nil {
			return total, failed // what is left has its turn again
		}
	}
}

// one reads one text. An error leaves open what became of it.
func (r *Reader) one(ctx context.Context, w *World, item *Item) (Reading, error) {
	out := Reading{Item: item.ID, Outcome: Listed, At: r.Now()}
	c, err := open(r.Keys, item)
	if err != nil {
		return out, err
	}
	o, reason := Parse(c.Text, w.Names, w.Directory)
	if c.Author.UID == r.Account.ID {
		reason = OwnAccount
	}
	if reason != None {
		out.Reason = reason
		return out, nil
	}
	out.Unit, out.Level = o.Unit.Code, o.Level
	campaign, reason := w.campaignAt(item, o.Unit.Code)
	if campaign != nil {
		out.Campaign = campaign.ID
	}
	if reason != None {
		out.Reason = reason
		return out, nil
	}
	return r.submit(ctx, campaign, item, c.Author.UID, out)
}

// campaignAt finds the one campaign that the text can count in.
func (w *World) campaignAt(item *Item, unit string) (*Campaign, Reason) {
	var open, rated []*Campaign
	for i := range w.Campaigns {
		c := &w.Campaigns[i]
		if item.At.Before(c.From) || !item.At.Before(c.To) {
			continue
		}
		open = append(open, c)
		if c.Units[unit] {
			rated = append(rated, c)
		}
	}
	switch {
	case len(open) == 0:
		return nil, NoCampaign
	case len(rated) == 0:
		return open[0], NotRated
	case len(rated) > 1:
		return nil, SeveralOpen
	case !rated[0].Public:
		return rated[0], NotByMethod
	case item.FetchedAt.After(rated[0].To.Add(scoring.PublicGrace)):
		return rated[0], TooLate
	}
	return rated[0], None
}

// submit counts a public rating: its level in every dimension. Its identity is
// the text's, so it counts once however often it is submitted.
func (r *Reader) submit(ctx context.Context, c *Campaign, item *Item, uid string, out Reading) (Reading, error) {
	person, err := r.Keys.Person(ctx, c.ID, uid)
	if models.KeyGone(err) {
		return r.unlinked(ctx, item, out)
	}
	if err != nil {
		return out, err
	}
	rating, err := models.NewRowID(r.Now(), r.Random)
	if err != nil {
		return out, err
	}
	answers := make(models.Answers, c.Dims)
	for i := range answers {
		answers[i] = out.Level
	}
	ack, err := r.Ratings.Submit(ctx, scoring.Submission{
		Tenant: r.Account.Tenant, Campaign: c.ID, Channel: models.Social, Account: r.Account.ID, Unit: out.Unit, Source: item.ID,
		Rating: rating, Person: person, Push: item.ID, Draft: item.ID, Receipt: r.Receipt(), Answers: answers,
		PlatformAt: item.At, ReceivedAt: item.FetchedAt,
	})
	if err != nil {
		return out, err
	}
	switch ack.Verdict {
	case scoring.Counted:
		out.Outcome, out.Rating = Counted, rating
	case scoring.Repeat, scoring.DraftDone:
		out.Outcome = Counted
		out.Rating, err = r.Store.PublicRating(ctx, r.Account.Tenant, item.ID)
	case scoring.FullStands:
		out.Reason = FullStands
	case scoring.LaterStands:
		out.Reason = LaterStands
	case scoring.TooEarly:
		out.Reason = NoCampaign
	case scoring.TooLate:
		out.Reason = TooLate
	default:
		out.Reason = NotRated
	}
	return out, err
}

// unlinked is the reading of a text whose author cannot be told from others. It
// may have been counted while that was possible, and its reading not written.
func (r *Reader) unlinked(ctx context.Context, item *Item, out Reading) (Reading, error) {
	rating, err := r.Store.PublicRating(ctx, r.Account.Tenant, item.ID)
	switch {
	case err == nil:
		out.Outcome, out.Rating = Counted, rating
	case models.KindOf(err) == models.NotFound:
		out.Reason = Unlinked
	default:
		return out, err
	}
	return out, nil
}

// Words is what a stored text says; who said it stays sealed.
func Words(keys Keys, item *Item) (string, error) {
	c, err := open(keys, item)
	return c.Text, err
}

func open(keys Keys, item *Item) (content, error) {
	var c content
	plain, err := keys.Open(item.Sealed, item.ID)
	if err != nil {
		return c, err
	}
	if err = json.Unmarshal(plain, &c); err != nil {
		return c, fmt.Errorf("a stored text: %w", err)
	}
	return c, nil
}

// AuthorOf is what is known of the author of a stored text.
func AuthorOf(keys Keys, item *Item) (Profile, error) {
	c, err := open(keys, item)
	return c.Author, err
}
