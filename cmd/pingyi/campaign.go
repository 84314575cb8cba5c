package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/register"
	"pingyi/social"
	"pingyi/store"
)

var campaignID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

func shanghai() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil { // the binary embeds the time zones
		return time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	return loc
}

func beijingMidnight(t time.Time) time.Time {
	y, m, d := t.In(shanghai()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai())
}

func (e *env) campaignCommand() *cli.Command {
	id := func() cli.Flag { return &cli.StringFlag{Name: "id", Usage: "the campaign's id, such as 2017"} }
	return &cli.Command{
		Name:  "campaign",
		Usage: "create, approve, show, stop and delete campaigns",
		Commands: append([]*cli.Command{
			{
				Name:  "create",
				Usage: "create a campaign from a profile with the units of the register",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "profile", Usage: "a shipped profile, or the path of a YAML file"}, id(),
					&cli.StringFlag{Name: "from", Usage: "first day of the rating window, 2017-05-01, or an exact time, 2017-05-01T08:00:00+08:00"},
					&cli.StringFlag{Name: "to", Usage: "last day of the rating window (it is counted in), or the exact time of the close"},
					tenantFlag(),
				},
				Action: e.campaignCreate,
			},
			{
				Name:  "approve",
				Usage: "record that the office approved a campaign and its methods; ratings count only after it",
				Flags: []cli.Flag{
					id(), &cli.StringFlag{Name: "by", Usage: "who approved it, and under which document; kept as typed, nothing proves it"}, tenantFlag(),
				},
				Action: e.campaignApprove,
			},
			{Name: "list", Usage: "list campaigns", Flags: []cli.Flag{tenantFlag()}, Action: e.campaignList},
		}, e.campaignActs(id)...),
	}
}

func (e *env) campaignCreate(ctx context.Context, c *cli.Command) error {
	for _, name := range []string{"profile", "id", "from", "to"} {
		if c.String(name) == "" {
			return misuse("campaign create: --%s is missing", name)
		}
	}
	from, err := parseDay(c.String("from"), false)
	if err != nil {
		return misuse("--from: %w", err)
	}
	to, err := parseDay(c.String("to"), true)
	if err != nil {
		return misuse("--to: %w", err)
	}
	if !from.Before(to) {
		return misuse("campaign create: --to %s is not later than --from %s", c.String("to"), c.String("from"))
	}
	return e.with(ctx, c, filling, func(o *opened) error {
		plan := campaignPlan{id: c.String("id"), profile: c.String("profile"), from: from, to: to}
		if o.opts.Demo() {
			plan.approvedBy, plan.via = "demo", via(viaShell)
		}
		created, err := newCampaign(ctx, o, plan)
		if err != nil {
			return err
		}
		if err = o.db.CreateCampaign(ctx, created); err != nil {
			return err
		}
		if err = ensureScenes(ctx, o); err != nil {
			return err
		}
		e.tellAccounts(o, &created)
		if err = e.tellOverlap(ctx, o, &created); err != nil {
			return err
		}
		if plan.approvedBy == "" {
			fmt.Fprintf(e.err, "campaign %s is a draft until it is approved: pingyi campaign approve --id %s --by ...\n", plan.id, plan.id)
		}
		_, err = fmt.Fprintf(e.out, "%s\n", plan.id)
		return err
	})
}

func (e *env) campaignApprove(ctx context.Context, c *cli.Command) error {
	by := strings.TrimSpace(c.String("by"))
	if c.String("id") == "" || by == "" {
		return misuse("campaign approve needs --id and --by")
	}
	if fault := lineFault(by, 128); fault != "" {
		return misuse("campaign approve: --by %s", fault)
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		known, err := newCampaigns(o.db, time.Now).get(ctx, o.tenant, c.String("id"))
		if err != nil {
			return err
		}
		if err = sampleFault(o, known); err != nil {
			return err
		}
		e.tellAccounts(o, &known.Campaign)
		done, err := o.db.ApproveCampaign(ctx, o.tenant, c.String("id"), by, via(viaShell), time.Now())
		switch {
		case err != nil:
			return err
		case done:
			fmt.Fprintf(e.err, "campaign %s is approved; its dates alone decide now, pingyi campaign list shows the phase\n", c.String("id"))
			e.unproven(fmt.Sprintf("approved by %q", by))
			return nil
		}
		before, err := o.db.Campaign(ctx, o.tenant, c.String("id"))
		if err != nil {
			return err
		}
		fmt.Fprintf(e.err, "it was approved before, by %q, entered by %s; nothing changed\n", before.ApprovedBy, cmp.Or(before.ApprovedVia, social.UnknownVia))
		return nil
	})
}

// tellOverlap names the campaign beside which a new one cannot be approved. The demo
// approves its own nevertheless: its campaign is open for a year, and others are to
// be tried beside it.
func (e *env) tellOverlap(ctx context.Context, o *opened, c *store.Campaign) error {
	other, err := o.db.Overlapping(ctx, c)
	if err != nil || other == "" {
		return err
	}
	fmt.Fprintf(e.err, "the campaign %s collects on the same account and channel at the same time\n", other)
	return nil
}

func (e *env) campaignList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := newCampaigns(o.db, time.Now).of(ctx, o.tenant)
		if err != nil {
			return err
		}
		for i := range list {
			one, by, via := &list[i], "-", "-"
			if !one.ApprovedAt.IsZero() {
				by, via = one.ApprovedBy, cmp.Or(one.ApprovedVia, social.UnknownVia)
			}
			if _, err := fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.phase(time.Now()),
				one.From.In(shanghai()).Format(time.RFC3339), one.To.In(shanghai()).Format(time.RFC3339), one.Title, by, via); err != nil {
				return err
			}
		}
		return nil
	})
}

// parseDay reads a day in Asia/Shanghai or an exact time. A day that ends
// something is counted in: the result is the midnight after it.
func parseDay(s string, ends bool) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, shanghai())
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a day (2017-05-01) nor a time (2017-05-01T08:00:00+08:00)", s)
	}
	if ends {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

// campaignPlan is what an operator decides of a new campaign.
type campaignPlan struct {
	id, profile string
	from, to    time.Time
	approvedBy  string // "" leaves it a draft
	via         string // what enters the approval
}

// newCampaign makes a campaign of a profile and the tenant's register.
func newCampaign(ctx context.Context, o *opened, plan campaignPlan) (store.Campaign, error) {
	if !campaignID.MatchString(plan.id) {
		return store.Campaign{}, misuse("the campaign's id %q is not made of 1 to 32 letters, digits, - and _", plan.id)
	}
	p, err := config.LoadProfile(plan.profile)
	if err != nil {
		return store.Campaign{}, err
	}
	units, err := o.db.Units(ctx, o.tenant)
	if err != nil {
		return store.Campaign{}, err
	}
	d, channels := freeze(&p, o, plan)
	body, err := json.Marshal(d)
	if err != nil {
		return store.Campaign{}, fmt.Errorf("campaign: %w", err)
	}
	now := time.Now()
	c := store.Campaign{
		Tenant: o.tenant, ID: plan.id, Title: p.TitleOf(plan.from.In(shanghai()).Year()), Profile: p.ID, Definition: body,
		From: plan.from, To: plan.to, Channels: channels, CreatedAt: now,
	}
	if plan.approvedBy != "" {
		c.ApprovedAt, c.ApprovedBy, c.ApprovedVia = now, plan.approvedBy, plan.via
	}
	if c.Units, err = ratedUnits(units, p.Classes); err != nil {
		return store.Campaign{}, err
	}
	if len(c.Units) == 0 {
		return store.Campaign{}, errors.New("the register has no unit; run pingyi units import FILE first")
	}
	return c, nil
}

// ratedUnits are the units of a register that a campaign rates, each in one of its
// profile's classes: a unit in any other would stand in no menu and be first of
// its own class.
func ratedUnits(units []models.Unit, classes []string) (rated []models.Unit, err error) {
	var faults []error
	for _, twin := range register.Twins(units) {
		faults = append(faults, errors.New(twinFault(twin)))
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
		rated = append(rated, u)
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("the register does not fit the campaign:\n%w", errors.Join(faults...))
	}
	return rated, nil
}

// withOpen runs a command on a database that is there.
func (e *env) withOpen(ctx context.Context, c *cli.Command, do func(o *opened) error) error {
	return e.with(ctx, c, existing, do)
}

// with runs a command on an open database.
func (e *env) with(ctx context.Context, c *cli.Command, m openMode, do func(o *opened) error) error {
	o, err := e.open(ctx, c, m)
	if err != nil {
		return err
	}
	return errors.Join(do(o), o.db.Close())
}
