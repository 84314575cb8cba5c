package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/service/campaign"
)

func (e *env) campaignCommand() *cli.Command {
	id := func() cli.Flag { return &cli.StringFlag{Name: "id", Usage: "the campaign's id, such as 2017"} }
	profile := func() cli.Flag {
		return &cli.StringFlag{Name: "profile", Usage: "a shipped profile, or the path of a YAML file"}
	}
	return &cli.Command{
		Name:  "campaign",
		Usage: "create, approve, show, stop and delete campaigns",
		Commands: []*cli.Command{
			{
				Name:  "create",
				Usage: "create a campaign from a profile with the units of the register",
				Flags: []cli.Flag{
					profile(), id(),
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
			{
				Name: "show", ArgsUsage: "[ID]", Usage: "print as JSON what a campaign froze, who approved it, when and by which paper",
				Flags: []cli.Flag{id(), tenantFlag()}, Action: e.campaignShow,
			},
			{
				Name: "complete", ArgsUsage: "[ID]",
				Usage: "give a campaign of an earlier version what it did not keep of its profile: imported channels, appeal and settlement days",
				Flags: []cli.Flag{id(), profile(), tenantFlag()}, Action: e.campaignComplete,
			},
			{
				Name: "delete", ArgsUsage: "[ID]", Usage: "delete a draft",
				Flags: []cli.Flag{id(), tenantFlag()}, Action: e.campaignDelete,
			},
			{
				Name: "stop", ArgsUsage: "[ID]", Usage: "close an approved campaign now, which cannot be undone; what was rated stays, and citizens read the reason",
				Flags: []cli.Flag{
					id(), &cli.StringFlag{Name: "by", Usage: "who decided it, and under which document"},
					&cli.StringFlag{Name: "reason", Usage: "why, as citizens read it, in up to 40 characters"}, tenantFlag(),
				},
				Action: e.campaignStop,
			},
			{
				Name: "profile", ArgsUsage: "NAME", Usage: "print a shipped profile, for a copy of the city's own",
				Action: e.campaignProfile,
			},
		},
	}
}

// campaignNamed is the campaign that a command names, as its argument or with --id.
func campaignNamed(c *cli.Command) (string, error) {
	id := c.String("id")
	switch n := c.Args().Len(); {
	case n == 1 && id == "":
		return c.Args().First(), nil
	case n == 0 && id != "":
		return id, nil
	}
	return "", misuse("campaign %s takes one campaign: campaign %s ID", c.Name, c.Name)
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
	plan := campaign.Plan{ID: c.String("id"), From: from, To: to}
	return e.with(ctx, c, filling, func(o *opened) error {
		if !campaign.IsID(plan.ID) {
			return misuse("the campaign's id %q is not made of 1 to 32 letters, digits, - and _", plan.ID)
		}
		if plan.Programme, err = config.LoadProfile(c.String("profile")); err != nil {
			return err
		}
		if o.opts.Demo() {
			plan.ApprovedBy, plan.Via = "demo", via(viaShell)
		}
		return e.created(ctx, o, plan)
	})
}

// created creates a campaign and says what is to be known of it.
func (e *env) created(ctx context.Context, o *opened, plan campaign.Plan) error {
	s := o.campaigns()
	made, err := s.Create(ctx, o.tenant, plan)
	if err != nil {
		return err
	}
	if err = o.scenes().Ensure(ctx, o.tenant); err != nil {
		return err
	}
	e.tellAccounts(o, &made)
	// The demo approves its own nevertheless: its campaign is open for a year, and
	// others are to be tried beside it.
	other, err := s.Record.Overlapping(ctx, &made)
	if err != nil {
		return err
	}
	if other != "" {
		fmt.Fprintf(e.err, "the campaign %s collects on the same account and channel at the same time\n", other)
	}
	for _, doubt := range campaign.Doubts(&made, &plan.Programme, time.Now(), o.opts.Demo()) {
		fmt.Fprintf(e.err, "campaign %s: %s\n", made.ID, doubt)
	}
	if plan.ApprovedBy == "" {
		fmt.Fprintf(e.err, "campaign %s is a draft until it is approved: pingyi campaign approve --id %s --by ...\n", plan.ID, plan.ID)
	}
	_, err = fmt.Fprintf(e.out, "%s\n", plan.ID)
	return err
}

// tellAccounts names the channels of a campaign that no account here collects for.
func (e *env) tellAccounts(o *opened, c *models.Campaign) {
	for _, ch := range o.campaigns().Uncollected(c) {
		bound := ""
		if ch.Account != "" {
			bound = ", it is bound to " + ch.Account
		}
		fmt.Fprintf(e.err, "campaign %s: no account of the tenant %s collects for the channel %s here%s; nobody can rate on it\n",
			c.ID, o.tenant, ch.Channel, bound)
	}
}

func (e *env) campaignApprove(ctx context.Context, c *cli.Command) error {
	id, by := c.String("id"), strings.TrimSpace(c.String("by"))
	if id == "" || by == "" {
		return misuse("campaign approve needs --id and --by")
	}
	if fault := lineFault(by, 128); fault != "" {
		return misuse("campaign approve: --by %s", fault)
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		known, done, err := o.campaigns().Approve(ctx, o.tenant, id, by, via(viaShell), o.opts.Demo())
		if known != nil {
			e.tellAccounts(o, &known.Campaign)
		}
		switch {
		case err != nil:
			return err
		case done:
			fmt.Fprintf(e.err, "campaign %s is approved; its dates alone decide now, pingyi campaign list shows the phase\n", id)
			e.unproven(fmt.Sprintf("approved by %q", by))
		default:
			fmt.Fprintf(e.err, "it was approved before, by %q, entered by %s; nothing changed\n", known.ApprovedBy, known.EnteredApproval())
		}
		return nil
	})
}

func (e *env) campaignList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		view, err := o.known().Of(ctx, o.tenant)
		if err != nil {
			return err
		}
		for i := range view.Campaigns {
			one, by, via := &view.Campaigns[i], "-", "-"
			if !one.ApprovedAt.IsZero() {
				by, via = one.ApprovedBy, one.EnteredApproval()
			}
			if _, err := fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.Phase(time.Now()),
				one.OpensAt.In(shanghai()).Format(time.RFC3339), one.ClosesAt.In(models.Beijing).Format(time.RFC3339), one.Title, by, via); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *env) campaignShow(ctx context.Context, c *cli.Command) error {
	id, err := campaignNamed(c)
	if err != nil {
		return err
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		known, err := o.known().Campaign(ctx, o.tenant, id)
		if err != nil {
			return err
		}
		e.tellAccounts(o, &known.Campaign)
		return e.printJSON(known.Show(time.Now()))
	})
}

func (e *env) campaignComplete(ctx context.Context, c *cli.Command) error {
	id, err := campaignNamed(c)
	if err != nil {
		return err
	}
	p, err := config.LoadProfile(cmp.Or(c.String("profile"), "?"))
	if err != nil {
		return err
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		done, err := o.campaigns().Complete(ctx, o.tenant, id, &p)
		if err != nil {
			return err
		}
		if !done {
			fmt.Fprintf(e.err, "campaign %s has the whole of its profile; nothing changed\n", id)
		}
		_, err = fmt.Fprintln(e.out, id)
		return err
	})
}

func (e *env) campaignDelete(ctx context.Context, c *cli.Command) error {
	id, err := campaignNamed(c)
	if err != nil {
		return err
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := o.db.DeleteCampaign(ctx, o.tenant, id); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.out, id)
		return err
	})
}

// reasonRunes bounds a reason: it stands in one line of an answer.
const reasonRunes = 40

func (e *env) campaignStop(ctx context.Context, c *cli.Command) error {
	id, err := campaignNamed(c)
	if err != nil {
		return err
	}
	s := models.Stop{By: strings.TrimSpace(c.String("by")), Reason: strings.TrimRight(strings.TrimSpace(c.String("reason")), "。."), Via: via(viaShell)}
	if fault := lineFault(s.By, 128); fault != "" {
		return misuse("campaign stop: --by %s", fault)
	}
	if fault := lineFault(s.Reason, 4*reasonRunes); fault != "" {
		return misuse("campaign stop: --reason %s", fault)
	}
	if n := len([]rune(s.Reason)); n > reasonRunes {
		return misuse("campaign stop: --reason has %d characters, at most %d", n, reasonRunes)
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if s.At, err = o.db.Clock(ctx); err != nil {
			return err
		}
		closes, err := o.db.StopCampaign(ctx, o.tenant, id, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.err, "campaign %s is closed; what was confirmed before and arrives within 60 s counts, then it is sealed\n", id)
		e.unproven(fmt.Sprintf("stopped by %q", s.By))
		_, err = fmt.Fprintf(e.out, "%s\t%s\n", id, closes.In(shanghai()).Format(time.RFC3339))
		return err
	})
}

func (e *env) campaignProfile(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return misuse("campaign profile takes one of %s", strings.Join(config.Profiles(), ", "))
	}
	text, err := config.ProfileText(c.Args().First())
	if err != nil {
		return err
	}
	_, err = e.out.Write(text)
	return err
}

// warnOfAccounts names at a start the approved campaigns of the tenant that are not
// over and that no account here collects for.
func (o *opened) warnOfAccounts(ctx context.Context) error {
	if o.opts.Demo() {
		return nil
	}
	unserved, err := o.campaigns().Unserved(ctx, o.tenant)
	for _, ch := range unserved {
		o.log.Warn("no account here collects for a channel of a campaign", "tenant", o.tenant, "campaign", ch.Campaign, "channel", ch.Channel, "bound_to", ch.Account)
	}
	return err
}
