package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store"
)

// campaignActs are the commands about one campaign that is there.
func (e *env) campaignActs(id func() cli.Flag) []*cli.Command {
	return []*cli.Command{
		{
			Name: "show", ArgsUsage: "[ID]", Usage: "print as JSON what a campaign froze, who approved it, when and by which paper",
			Flags: []cli.Flag{id(), tenantFlag()}, Action: e.campaignShow,
		},
		{
			Name: "delete", ArgsUsage: "[ID]", Usage: "delete a draft",
			Flags: []cli.Flag{id(), tenantFlag()}, Action: e.campaignDelete,
		},
		{
			Name: "stop", ArgsUsage: "[ID]", Usage: "close an approved campaign now; what was rated stays, and citizens read the reason",
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

// shownCampaign is a campaign as campaign show prints it.
type shownCampaign struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Profile  string         `json:"profile"`
	Phase    models.Phase   `json:"phase"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Created  time.Time      `json:"created_at"`
	Approved *shownAct      `json:"approved"`
	Issued   *config.Issued `json:"issued"`
	Notice   string         `json:"notice,omitempty"`
	Stopped  *shownStop     `json:"stopped,omitempty"`
	Sealed   *time.Time     `json:"sealed_at"`
	Channels []shownChannel `json:"channels"`
	Frozen   shownFrozen    `json:"frozen"`
}

type (
	shownAct struct {
		At  time.Time `json:"at"`
		By  string    `json:"by"`  // as typed
		Via string    `json:"via"` // what entered it
	}
	shownStop struct {
		shownAct
		Reason  string    `json:"reason"`
		Planned time.Time `json:"planned_to"`
	}
	shownChannel struct {
		Channel   models.Channel `json:"channel"`
		FullMarks string         `json:"full_marks"`
		Method    string         `json:"method"`
		Account   string         `json:"account"` // empty: any that the tenant has
	}
	shownFrozen struct {
		Classes    []string                             `json:"classes"`
		Dimensions map[models.UnitType][]shownDimension `json:"dimensions"`
		Methods    []scoring.Method                     `json:"methods"`
		Units      []shownUnit                          `json:"units"`
	}
	shownDimension struct {
		Title    string `json:"title"`
		Question string `json:"question"`
	}
	shownUnit struct {
		Code  string          `json:"code"`
		Name  string          `json:"name"`
		Class string          `json:"class"`
		Type  models.UnitType `json:"type"`
	}
)

func showCampaign(k *knownCampaign, now time.Time) shownCampaign {
	s := shownCampaign{
		ID: k.ID, Title: k.Title, Profile: k.Profile, Phase: k.phase(now), From: k.From, To: k.To, Created: k.CreatedAt,
		Frozen: shownFrozen{Classes: k.defined.Classes, Methods: k.defined.Methods, Dimensions: map[models.UnitType][]shownDimension{}},
	}
	if k.defined.issued() {
		s.Issued = &k.defined.Issued
	} else {
		s.Notice = scoring.SampleNotice
	}
	if !k.ApprovedAt.IsZero() {
		s.Approved = &shownAct{k.ApprovedAt, k.ApprovedBy, cmp.Or(k.ApprovedVia, social.UnknownVia)}
	}
	if stop := k.Stop; !stop.At.IsZero() {
		s.Stopped = &shownStop{shownAct{stop.At, stop.By, stop.Via}, stop.Reason, stop.Planned}
	}
	if !k.SealedAt.IsZero() {
		s.Sealed = &k.SealedAt
	}
	for _, ch := range k.Channels {
		s.Channels = append(s.Channels, shownChannel(ch))
	}
	for unitType, set := range k.defined.Dimensions {
		for _, d := range set {
			s.Frozen.Dimensions[unitType] = append(s.Frozen.Dimensions[unitType], shownDimension(d))
		}
	}
	for _, u := range k.Units {
		s.Frozen.Units = append(s.Frozen.Units, shownUnit{u.Code, u.Name, u.Class, u.Type})
	}
	return s
}

func (e *env) campaignShow(ctx context.Context, c *cli.Command) error {
	id, err := campaignNamed(c)
	if err != nil {
		return err
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		known, err := newCampaigns(o.db, time.Now).get(ctx, o.tenant, id)
		if err != nil {
			return err
		}
		e.tellAccounts(o, &known.Campaign)
		return e.printJSON(showCampaign(known, time.Now()))
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
	s := store.Stop{By: strings.TrimSpace(c.String("by")), Reason: strings.TrimRight(strings.TrimSpace(c.String("reason")), "。."), Via: via(viaShell)}
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

// sampleFault refuses the approval of a sample in production.
func sampleFault(o *opened, k *knownCampaign) error {
	if o.opts.Demo() || k.defined.issued() || !k.ApprovedAt.IsZero() {
		return nil
	}
	return errors.New("the campaign " + k.ID + " is a sample, as its profile names no paper that issued it (issued: {body, number, date}); " +
		"delete the draft and create it from the city's own copy of the profile")
}

// tellAccounts names the channels of a campaign that no account here collects for.
func (e *env) tellAccounts(o *opened, c *store.Campaign) {
	for _, ch := range c.Channels {
		if !o.collected(ch) {
			fmt.Fprintf(e.err, "campaign %s: no account of the tenant %s collects for the channel %s here%s; nobody can rate on it\n",
				c.ID, o.tenant, ch.Channel, boundTo(ch))
		}
	}
}

func boundTo(ch store.Channel) string {
	if ch.Account == "" {
		return ""
	}
	return ", it is bound to " + ch.Account
}

// collected reports whether the configuration has the account of a channel.
func (o *opened) collected(ch store.Channel) bool {
	is := func(account string) bool { return ch.Account == "" || ch.Account == account }
	switch ch.Channel {
	case models.Mobile:
		if o.opts.WeChat.Set() && o.tenant == o.home && is(o.opts.WeChat.AppID) {
			return true
		}
		for i := range o.opts.Accounts {
			if a := &o.opts.Accounts[i]; a.Platform == config.PlatformWeChat && a.Tenant == o.tenant && is(a.WeChat.AppID) {
				return true
			}
		}
		return false
	case models.Social:
		return o.opts.Weibo.Set() && o.tenant == o.home && is(o.opts.Weibo.UID)
	}
	return true
}

// warnOfAccounts names at a start the approved campaigns of the tenant that are not
// over and that no account here collects for.
func (o *opened) warnOfAccounts(ctx context.Context) error {
	campaigns, err := o.db.Campaigns(ctx, o.tenant)
	if err != nil {
		return err
	}
	for i := range campaigns {
		c := &campaigns[i]
		if c.ApprovedAt.IsZero() || !time.Now().Before(c.To) || o.opts.Demo() {
			continue
		}
		for _, ch := range c.Channels {
			if !o.collected(ch) {
				o.log.Warn("no account here collects for a channel of a campaign", "tenant", o.tenant, "campaign", c.ID, "channel", ch.Channel, "bound_to", ch.Account)
			}
		}
	}
	return nil
}
