package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store"
)

// socialFigures are raw and filtered figures side by side. They stand apart from
// the document of scores, which has the filtered ones.
type socialFigures struct {
	Campaign   string           `json:"campaign"`
	Method     string           `json:"method"`
	Notice     string           `json:"notice,omitempty"`
	LeaveOut   scoring.LeaveOut `json:"leave_out"` // the method's rules
	Units      []unitFigures    `json:"units"`
	Exclusions []exclusionEvent `json:"exclusions"` // all events, in their order
}

type unitFigures struct {
	Code     string         `json:"code"`
	Name     string         `json:"name"`
	Raw      figure         `json:"raw"`
	Filtered figure         `json:"filtered"`
	Excluded map[string]int `json:"excluded"` // ratings left out now, by reason
}

type figure struct {
	Ratings int64            `json:"ratings"`
	Mean    *scoring.Decimal `json:"mean"`
	Points  *scoring.Decimal `json:"points"`
	Rank    *int             `json:"rank"`
}

type exclusionEvent struct {
	Rating     string    `json:"rating"` // names a row, nobody
	Unit       string    `json:"unit"`
	Act        string    `json:"act"` // exclude or restore
	Reason     string    `json:"reason"`
	Note       string    `json:"note,omitempty"`
	By         string    `json:"by"`
	ApprovedBy string    `json:"approved_by"`
	At         time.Time `json:"at"`
}

func (e *env) socialFigures(ctx context.Context, c *cli.Command) error {
	return e.withSocial(ctx, c, func(o *opened, _ *socialKeys, k *knownCampaign, m scoring.Method, marks int) error {
		f := socialFigures{Campaign: k.ID, Method: m.ID, Notice: m.Notice(), LeaveOut: m.LeaveOut, Exclusions: []exclusionEvent{}}
		filtered, err := o.db.Tallies(ctx, o.tenant, k.ID, models.Social)
		if err != nil {
			return err
		}
		raw, err := o.db.RawTallies(ctx, o.tenant, k.ID, models.Social)
		if err != nil {
			return err
		}
		events, err := o.db.Exclusions(ctx, o.tenant, k.ID, models.Social)
		if err != nil {
			return err
		}
		after, err := scoring.Compute(m, marks, k.defined.dims(), k.Units, filtered)
		if err != nil {
			return err
		}
		before, err := scoring.Compute(m, marks, k.defined.dims(), k.Units, raw)
		if err != nil {
			return err
		}
		out := f.excluded(events)
		for i, u := range k.Units {
			reasons := out[u.Code]
			if reasons == nil {
				reasons = map[string]int{}
			}
			f.Units = append(f.Units, unitFigures{u.Code, u.Name, figureOf(&before[i]), figureOf(&after[i]), reasons})
		}
		return e.printJSON(f)
	})
}

func figureOf(s *scoring.UnitScore) figure { return figure{s.Ratings, s.Mean, s.Points, s.Rank} }

// excluded notes the events and counts what is left out now, by unit and reason.
func (f *socialFigures) excluded(events []store.Exclusion) map[string]map[string]int {
	last := map[models.ID]*store.Exclusion{}
	for i := range events {
		x := &events[i]
		last[x.Rating] = x
		act := "restore"
		if x.Excludes() {
			act = "exclude"
		}
		f.Exclusions = append(f.Exclusions, exclusionEvent{x.Rating.String(), x.Unit, act, x.Reason, x.Note, x.By, x.ApprovedBy, x.At})
	}
	out := map[string]map[string]int{}
	for _, x := range last {
		if !x.Excludes() {
			continue
		}
		if out[x.Unit] == nil {
			out[x.Unit] = map[string]int{}
		}
		out[x.Unit][x.Reason]++
	}
	return out
}

func (e *env) socialExclude(ctx context.Context, c *cli.Command) error {
	a, err := act(c)
	if err != nil {
		return err
	}
	return e.withSocial(ctx, c, func(o *opened, keys *socialKeys, k *knownCampaign, m scoring.Method, _ int) error {
		if receipt := c.String("receipt"); receipt != "" {
			return e.oneAct(ctx, o, k.ID, receipt, a, o.db.Exclude)
		}
		if !m.LeaveOut.Any() {
			return misuse("the method %s leaves no account out; name a rating with --receipt", m.ID)
		}
		reasons, err := leftOut(ctx, o, keys, k, m.LeaveOut)
		if err != nil {
			return err
		}
		done := map[string]int{}
		for rating, reason := range reasons {
			ok, err := o.db.Exclude(ctx, o.tenant, k.ID, rating, reason, a)
			if err != nil {
				return err
			}
			if ok {
				done[reason]++
			}
		}
		for _, reason := range []string{social.LeftGovernment, social.LeftYounger, social.LeftUnverified} {
			if _, err := fmt.Fprintf(e.out, "%s\t%d\n", reason, done[reason]); err != nil {
				return err
			}
		}
		return nil
	})
}

// leftOut is why the rules leave out which live ratings.
func leftOut(ctx context.Context, o *opened, keys *socialKeys, k *knownCampaign, rules scoring.LeaveOut) (map[models.ID]string, error) {
	found, err := raters(ctx, o, keys, k.ID)
	if err != nil {
		return nil, err
	}
	reasons := map[models.ID]string{}
	err = liveSocial(ctx, o, k.ID, func(r *store.LiveRating) error {
		var profile social.Profile // of somebody who left nothing is known
		if who := found[r.Person]; who != nil {
			profile = who.profile
		}
		if reason := social.LeftOut(&profile, rules, k.From); reason != "" {
			reasons[r.Rating] = reason
		}
		return nil
	})
	return reasons, err
}

func (e *env) socialRestore(ctx context.Context, c *cli.Command) error {
	a, err := act(c)
	if err != nil {
		return err
	}
	if c.String("receipt") == "" && c.String("rating") == "" {
		return misuse("social restore needs --receipt, or --rating as social figures shows it")
	}
	return e.withSocial(ctx, c, func(o *opened, _ *socialKeys, k *knownCampaign, _ scoring.Method, _ int) error {
		if receipt := c.String("receipt"); receipt != "" {
			return e.oneAct(ctx, o, k.ID, receipt, a, o.db.Restore)
		}
		events, err := o.db.Exclusions(ctx, o.tenant, k.ID, models.Social)
		if err != nil {
			return err
		}
		for i := range events {
			if events[i].Rating.String() == c.String("rating") {
				return e.report(o.db.Restore(ctx, o.tenant, k.ID, events[i].Rating, social.LeftByHand, a))
			}
		}
		return models.Errorf(models.NotFound, "unknown_rating", "no such rating was ever left out")
	})
}

type actOn func(ctx context.Context, tenant, campaign string, rating models.ID, reason string, a store.Act) (bool, error)

func (e *env) oneAct(ctx context.Context, o *opened, campaign, receipt string, a store.Act, do actOn) error {
	rating, err := o.db.RatingByReceipt(ctx, o.tenant, campaign, receipt)
	if err != nil {
		return err
	}
	return e.report(do(ctx, o.tenant, campaign, rating, social.LeftByHand, a))
}

func (e *env) report(done bool, err error) error {
	if err != nil {
		return err
	}
	n := 0
	if done {
		n = 1
	}
	_, err = fmt.Fprintf(e.out, "%s\t%d\n", social.LeftByHand, n)
	return err
}
