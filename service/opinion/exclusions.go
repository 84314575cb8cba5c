package opinion

import (
	"cmp"
	"context"
	"fmt"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
	"pingyi/social"
)

// events are the exclusions and restorations of the channel, as they are shown.
func (c *Channel) events(ctx context.Context) ([]social.ExclusionEvent, error) {
	list, err := c.record.Exclusions(ctx, c.keys.account.Tenant, c.ID, models.Social)
	if err != nil {
		return nil, err
	}
	out := make([]social.ExclusionEvent, len(list))
	for i := range list {
		x := &list[i]
		out[i] = social.ExclusionEvent{
			Rating: x.Rating.String(), Unit: x.Unit, Act: social.ActRestore, Reason: x.Reason, Note: x.Note, By: x.By, ApprovedBy: x.ApprovedBy, At: x.At,
			Withdrawn: x.Withdrawn, Via: cmp.Or(x.Via, campaign.UnknownVia),
		}
		if x.Excludes() {
			out[i].Act = social.ActExclude
		}
	}
	return out, nil
}

// NoRulesError says that a method leaves no account out.
type NoRulesError struct{ Method string }

func (e *NoRulesError) Error() string {
	return fmt.Sprintf("the method %s leaves no account out; name a rating with --receipt", e.Method)
}

// ExcludeByRules leaves out what the method's rules leave out, and counts by
// reason what was not left out before.
func (c *Channel) ExcludeByRules(ctx context.Context, a scoring.Act) (map[string]int, error) {
	if !c.Method.LeaveOut.Any() {
		return nil, &NoRulesError{c.Method.ID}
	}
	reasons, err := c.leftOut(ctx)
	if err != nil {
		return nil, err
	}
	done := map[string]int{}
	for rating, reason := range reasons {
		ok, err := c.record.Exclude(ctx, c.keys.account.Tenant, c.ID, rating, reason, a)
		if err != nil {
			return nil, err
		}
		if ok {
			done[reason]++
		}
	}
	return done, nil
}

// leftOut is why the rules leave out which live ratings.
func (c *Channel) leftOut(ctx context.Context) (map[models.ID]string, error) {
	found, err := c.raters(ctx)
	if err != nil {
		return nil, err
	}
	reasons := map[models.ID]string{}
	err = c.live(ctx, func(r *scoring.LiveRating) error {
		var profile social.Profile // of somebody who left nothing is known
		if who := found[r.Person]; who != nil {
			profile = who.profile
		}
		if reason := social.LeftOut(&profile, c.Method.LeaveOut, c.OpensAt.Time); reason != "" {
			reasons[r.Rating] = reason
		}
		return nil
	})
	return reasons, err
}

// ExcludeReceipt leaves out the rating of a receipt.
func (c *Channel) ExcludeReceipt(ctx context.Context, receipt string, a scoring.Act) (bool, error) {
	rating, err := c.record.RatingByReceipt(ctx, c.keys.account.Tenant, c.ID, models.Social, receipt)
	if err != nil {
		return false, err
	}
	return c.record.Exclude(ctx, c.keys.account.Tenant, c.ID, rating, social.LeftByHand, a)
}

// Restore takes a rating back in, which is named by its receipt or, where that is
// empty, by its id as the figures show it.
func (c *Channel) Restore(ctx context.Context, receipt, id string, a scoring.Act) (bool, error) {
	tenant := c.keys.account.Tenant
	rating, err := models.ParseID(id)
	if receipt != "" {
		rating, err = c.record.RatingByReceipt(ctx, tenant, c.ID, models.Social, receipt)
	} else if err != nil {
		err = models.Errorf(models.NotFound, "unknown_rating", "no rating has this id")
	}
	if err != nil {
		return false, err
	}
	return c.record.Restore(ctx, tenant, c.ID, rating, social.LeftByHand, a)
}
