package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"pingyi/models"
	"pingyi/register"
	"pingyi/scoring"
)

// Record writes campaigns.
type Record interface {
	// CreateCampaign freezes a campaign. models.Conflict: the id is taken.
	CreateCampaign(ctx context.Context, c models.Campaign) error
	// EnsureCampaign freezes a campaign unless one of its id is there.
	EnsureCampaign(ctx context.Context, c models.Campaign) (created bool, err error)
	// ApproveCampaign approves a campaign once; false: it was approved before.
	// models.Conflict: another one is open on one of its accounts at the same time.
	ApproveCampaign(ctx context.Context, tenant, id, by, via string, now time.Time) (done bool, err error)
	// StopCampaign closes an approved campaign and returns its close.
	// models.Conflict: it is a draft, over, or stopped.
	StopCampaign(ctx context.Context, tenant, id string, s models.Stop) (closes time.Time, err error)
	// DeleteCampaign deletes a draft. models.Conflict: it is approved.
	DeleteCampaign(ctx context.Context, tenant, id string) error
	// CompleteCampaign sets what an earlier version left out, once; false: it was set.
	CompleteCampaign(ctx context.Context, tenant, id, programme string) (done bool, err error)
	// Overlapping is an approved campaign that collects on an account and channel of c
	// at some time of its window, or "".
	Overlapping(ctx context.Context, c *models.Campaign) (string, error)
}

// Accounts says who collects here.
type Accounts interface {
	// Bound is the account of a tenant that a new campaign's channel is bound to, or
	// "" where any that the tenant has may collect.
	Bound(tenant string, channel models.Channel) string
	// Collected reports whether an account of the tenant here collects for a channel.
	Collected(tenant string, channel *models.CampaignChannel) bool
}

// Service is the use cases of campaigns.
type Service struct {
	Views    *Views
	Record   Record
	Accounts Accounts
	Now      func() time.Time
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// IsID reports whether a campaign may have the id.
func IsID(id string) bool { return idForm.MatchString(id) }

// Plan is what an operator decides of a new campaign.
type Plan struct {
	ID         string
	Programme  scoring.Programme
	From, To   time.Time // the rating window, half open
	ApprovedBy string    // "" leaves it a draft
	Via        string    // what enters the approval
}

// Create freezes a campaign of a programme and the tenant's register. models.Conflict:
// the id is taken.
func (s *Service) Create(ctx context.Context, tenant string, plan Plan) (models.Campaign, error) {
	c, err := s.draw(ctx, tenant, plan)
	if err != nil {
		return c, err
	}
	return c, s.Record.CreateCampaign(ctx, c)
}

// Ensure is Create, and changes nothing where a campaign of the id is there.
func (s *Service) Ensure(ctx context.Context, tenant string, plan Plan) error {
	c, err := s.draw(ctx, tenant, plan)
	if err != nil {
		return err
	}
	_, err = s.Record.EnsureCampaign(ctx, c)
	return err
}

// draw makes a campaign of a programme and the tenant's register. Only the channels
// that pingyi collects have rows; an account that is the operator's own is bound to
// its channel.
func (s *Service) draw(ctx context.Context, tenant string, plan Plan) (models.Campaign, error) {
	if !IsID(plan.ID) {
		return models.Campaign{}, models.Errorf(models.Invalid, "invalid_campaign", "the campaign's id %q is not made of 1 to 32 letters, digits, - and _", plan.ID)
	}
	view, err := s.Views.Of(ctx, tenant)
	if err != nil {
		return models.Campaign{}, err
	}
	p := &plan.Programme
	body, err := json.Marshal(Define(p, plan.From, plan.To))
	if err != nil {
		return models.Campaign{}, fmt.Errorf("campaign: %w", err)
	}
	now := models.At(s.Now())
	c := models.Campaign{
		Tenant: tenant, ID: plan.ID, Title: p.TitleOf(plan.From.In(models.Beijing).Year()), Profile: p.ID, Definition: string(body),
		OpensAt: models.At(plan.From), ClosesAt: models.At(plan.To), CreatedAt: now,
	}
	for _, ch := range p.Channels {
		if ch.Collected {
			c.Channels = append(c.Channels, models.CampaignChannel{
				Channel: ch.Channel, FullMarks: ch.FullMarks.String(), Method: ch.Method, Account: s.Accounts.Bound(tenant, ch.Channel),
			})
		}
	}
	if plan.ApprovedBy != "" {
		c.ApprovedAt, c.ApprovedBy, c.ApprovedVia = now, plan.ApprovedBy, plan.Via
	}
	if c.Units, err = rated(view.Units, p.Classes); err != nil {
		return models.Campaign{}, err
	}
	if len(c.Units) == 0 {
		return models.Campaign{}, errors.New("the register has no unit; run pingyi units import FILE first")
	}
	return c, nil
}

// rated are the units of a register that a campaign rates, each in one of its
// programme's classes: a unit in any other would stand in no menu and be first of
// its own class.
func rated(units []models.Unit, classes []string) (list []models.Unit, err error) {
	var faults []error
	for _, twin := range register.Twins(units) {
		faults = append(faults, errors.New(TwinFault(twin)))
	}
	for _, u := range units {
		if u.Type == models.Window || !u.RetiredAt.IsZero() {
			continue
		}
		class, err := register.Classes{List: classes}.Find(u.Class)
		if err != nil {
			faults = append(faults, fmt.Errorf("the class of %s %s: %w", u.Code, u.Name, err))
		}
		u.Class = class
		list = append(list, u)
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("the register does not fit the campaign:\n%w", errors.Join(faults...))
	}
	return list, nil
}

// TwinFault says what is wrong with two units of one code.
func TwinFault(t register.Twin) string {
	return fmt.Sprintf("%s %s and %s %s have one code but for its case; pingyi units retire %s ends the second",
		t.First.Code, t.First.Name, t.Second.Code, t.Second.Name, t.Second.Code)
}
