package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/opinion"
	"pingyi/social"
)

func (e *env) socialCommand() *cli.Command {
	campaign := func() cli.Flag { return &cli.StringFlag{Name: "campaign", Usage: "the campaign's id"} }
	return &cli.Command{
		Name:  "social",
		Usage: "the public side of the Weibo account: what did not count and why, accounts, the access token",
		Commands: []*cli.Command{
			{
				Name: "status", Usage: "calls of the day, texts by what became of them, the access token; as JSON",
				Flags: []cli.Flag{tenantFlag()}, Action: e.socialStatus,
			},
			{
				Name: "review", Usage: "list public texts that did not count, each with its reason (tab-separated: time, reason, campaign, unit, text)",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "reason", Usage: "one of the reasons that social status lists; all where not given"}, tenantFlag(),
				},
				Action: e.socialReview,
			},
			{
				Name: "token", Usage: "say when the access token was issued, and print when it ends",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "issued", Usage: "the day of issue, 2026-01-31; without it the token counts from when it was first seen"}, tenantFlag(),
				},
				Action: e.socialToken,
			},
			{
				Name: "lookup", Usage: "look up accounts that the method's rules need to know, within the day's calls",
				Flags: []cli.Flag{campaign(), tenantFlag()}, Action: e.socialLookup,
			},
			{
				Name: "figures", Usage: "print raw and filtered figures side by side, with every exclusion's reason; as JSON",
				Flags: []cli.Flag{campaign(), tenantFlag()}, Action: e.socialFigures,
			},
			{
				Name: "exclude", Usage: "leave out the ratings that the method's rules leave out, or with --receipt one rating",
				Flags: append(actFlags(), campaign()), Action: e.socialExclude,
			},
			{
				Name: "restore", Usage: "take back the exclusion of a rating",
				Flags:  append(actFlags(), campaign(), &cli.StringFlag{Name: "rating", Usage: "a rating's id, as social figures shows it"}),
				Action: e.socialRestore,
			},
		},
	}
}

// withOffice opens what commands about the Weibo account need.
func (e *env) withOffice(ctx context.Context, c *cli.Command, do func(*opened, *opinion.Office) error) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		switch {
		case !o.opts.Weibo.Set():
			return misuse("no Weibo account is set: PINGYI_WEIBO_APP_SECRET and PINGYI_WEIBO_UID are missing")
		case o.tenant != o.home:
			return misuse("the Weibo account belongs to the tenant %s, which PINGYI_TENANT names, not to %s", o.home, o.tenant)
		}
		return do(o, o.office())
	})
}

// withChannel opens what commands about a campaign's social channel need.
func (e *env) withChannel(ctx context.Context, c *cli.Command, do func(*opened, *opinion.Channel) error) error {
	if c.String("campaign") == "" {
		return misuse("--campaign is missing")
	}
	return e.withOffice(ctx, c, func(o *opened, f *opinion.Office) error {
		ch, err := f.Channel(ctx, o.tenant, c.String("campaign"))
		if err != nil {
			return err
		}
		return do(o, ch)
	})
}

func (e *env) socialStatus(ctx context.Context, c *cli.Command) error {
	return e.withOffice(ctx, c, func(o *opened, f *opinion.Office) error {
		s, err := f.Status(ctx, o.tenant)
		if err != nil {
			return err
		}
		return e.printJSON(s)
	})
}

// reviewPage is how many texts are read at a time.
const reviewPage = 500

func (e *env) socialReview(ctx context.Context, c *cli.Command) error {
	reason := social.Reason(c.String("reason"))
	if reason != social.None && !slices.Contains(social.Reasons(), reason) {
		return misuse("social review: --reason is %q, not one of %v", reason, social.Reasons())
	}
	return e.withOffice(ctx, c, func(o *opened, f *opinion.Office) error {
		var at time.Time
		var id models.ID
		for {
			list, err := f.Texts(ctx, o.tenant, models.Scope{}, reason, at, id, reviewPage)
			if err != nil {
				return err
			}
			for i := range list {
				t := &list[i]
				if _, err := fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\t%s\n", t.At.In(shanghai()).Format(time.DateTime), t.Reason, t.Campaign, t.Unit,
					strings.Join(strings.Fields(t.Text), " ")); err != nil {
					return err
				}
				at, id = t.At, t.Item
			}
			if len(list) < reviewPage {
				return nil
			}
		}
	})
}

func (e *env) socialFigures(ctx context.Context, c *cli.Command) error {
	if c.String("campaign") == "" {
		return misuse("--campaign is missing")
	}
	return e.withOffice(ctx, c, func(o *opened, f *opinion.Office) error {
		figures, _, err := f.Figures(ctx, o.tenant, c.String("campaign"))
		if err != nil {
			return err
		}
		return e.printJSON(figures)
	})
}

func (e *env) socialToken(ctx context.Context, c *cli.Command) error {
	var issued time.Time
	if text := c.String("issued"); text != "" {
		var err error
		if issued, err = time.ParseInLocation(time.DateOnly, text, shanghai()); err != nil || issued.After(time.Now()) {
			return misuse("social token: --issued is no past day such as 2026-01-31")
		}
	}
	return e.withOffice(ctx, c, func(o *opened, f *opinion.Office) error {
		token, err := f.AccessToken(ctx, o.tenant)
		if err != nil {
			return err
		}
		now := f.Now()
		if issued.IsZero() {
			err = token.NoteSeen(ctx, now)
		} else {
			err = token.Note(ctx, issued, now)
		}
		if err != nil {
			return err
		}
		t, known, err := token.Read(ctx, now)
		if err != nil {
			return err
		}
		if !known {
			return misuse("social token: PINGYI_WEIBO_ACCESS_TOKEN is not set")
		}
		_, err = fmt.Fprintf(e.out, "%s\t%d\n", t.Ends().In(shanghai()).Format(time.DateOnly), t.DaysLeft(now))
		return err
	})
}

func (e *env) socialLookup(ctx context.Context, c *cli.Command) error {
	return e.withChannel(ctx, c, func(o *opened, ch *opinion.Channel) error {
		api := o.weiboAPI()
		if api == nil {
			return misuse("PINGYI_WEIBO_ACCESS_TOKEN is not set")
		}
		done, left, err := ch.LookUp(ctx, api)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "looked up %d, still unknown %d\n", done, left)
		return err
	})
}

// actFlags say who leaves something out, and who agrees.
func actFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "by", Usage: "who decides; kept as typed, nothing proves it"}, &cli.StringFlag{Name: "approved-by", Usage: "the second person, who agrees; kept as typed, nothing proves it"},
		&cli.StringFlag{Name: "note", Usage: "the document or the ground"}, &cli.StringFlag{Name: "receipt", Usage: "of one rating"}, tenantFlag(),
	}
}

// act reads actFlags: two names, as nothing is left out by one person alone. That
// two people stand behind them nothing proves until people sign in.
func act(c *cli.Command) (scoring.Act, error) {
	a := scoring.Act{
		By: strings.TrimSpace(c.String("by")), ApprovedBy: strings.TrimSpace(c.String("approved-by")), Note: strings.TrimSpace(c.String("note")), At: time.Now(),
		Via: via(viaShell),
	}
	switch {
	case a.By == "" || a.ApprovedBy == "" || strings.EqualFold(a.By, a.ApprovedBy):
		return a, misuse("--by and --approved-by name two different people")
	case len(a.By) > 128 || len(a.ApprovedBy) > 128 || len(a.Note) > 255:
		return a, misuse("--by and --approved-by have at most 128 bytes, --note 255")
	}
	return a, nil
}

func (e *env) unprovenAct(a scoring.Act) {
	e.unproven(fmt.Sprintf("decided by %q, agreed by %q", a.By, a.ApprovedBy))
}

func (e *env) socialExclude(ctx context.Context, c *cli.Command) error {
	a, err := act(c)
	if err != nil {
		return err
	}
	return e.withChannel(ctx, c, func(_ *opened, ch *opinion.Channel) error {
		e.unprovenAct(a)
		if receipt := c.String("receipt"); receipt != "" {
			return e.report(ch.ExcludeReceipt(ctx, receipt, a))
		}
		done, err := ch.ExcludeByRules(ctx, a)
		var none *opinion.NoRulesError
		if errors.As(err, &none) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		for _, reason := range []string{social.LeftGovernment, social.LeftYounger, social.LeftUnverified} {
			if _, err := fmt.Fprintf(e.out, "%s\t%d\n", reason, done[reason]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *env) socialRestore(ctx context.Context, c *cli.Command) error {
	a, err := act(c)
	if err != nil {
		return err
	}
	if c.String("receipt") == "" && c.String("rating") == "" {
		return misuse("social restore needs --receipt, or --rating as social figures shows it")
	}
	return e.withChannel(ctx, c, func(_ *opened, ch *opinion.Channel) error {
		e.unprovenAct(a)
		return e.report(ch.Restore(ctx, c.String("receipt"), c.String("rating"), a))
	})
}

// report prints whether an act on one rating changed anything.
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
