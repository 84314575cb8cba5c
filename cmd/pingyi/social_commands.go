package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
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

// weiboOf refuses commands where there is no account.
func weiboOf(o *opened) error {
	if !o.opts.Weibo.Set() {
		return misuse("no Weibo account is set: PINGYI_WEIBO_APP_SECRET and PINGYI_WEIBO_UID are missing")
	}
	return nil
}

func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// socialState is what status prints.
type socialState struct {
	Day     string                  `json:"day"` // in Asia/Shanghai
	Calls   map[string]socialCalls  `json:"calls"`
	Counted int64                   `json:"counted"`
	Listed  map[social.Reason]int64 `json:"listed"`
	Token   *tokenState             `json:"token"` // null: none is set, or it was never seen
}

type socialCalls struct {
	Spent int `json:"spent"`
	Limit int `json:"limit"`
}

type tokenState struct {
	Issued   time.Time `json:"issued"`
	Ends     time.Time `json:"ends"`
	DaysLeft int       `json:"days_left"`
}

func (e *env) socialStatus(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := weiboOf(o); err != nil {
			return err
		}
		s, err := readSocialState(ctx, o, time.Now())
		if err != nil {
			return err
		}
		return e.printJSON(s)
	})
}

func readSocialState(ctx context.Context, o *opened, now time.Time) (socialState, error) {
	a, limits := socialAccount(o), social.DefaultLimits()
	s := socialState{Day: social.Day(now)}
	spent, err := o.db.Spent(ctx, a, s.Day)
	if err != nil {
		return s, err
	}
	s.Calls = map[string]socialCalls{
		social.PoolPoll: {spent[social.PoolPoll], limits.Poll}, social.PoolRest: {spent[social.PoolRest], limits.Rest},
	}
	if s.Listed, s.Counted, err = o.db.Outcomes(ctx, a); err != nil {
		return s, err
	}
	keys, err := newSocialKeys(ctx, o)
	if err != nil {
		return s, err
	}
	watch := newTokenWatch(o)
	watch.keys = keys.tenant
	t, known, err := watch.token(ctx, now)
	if err == nil && known {
		s.Token = &tokenState{t.Issued.UTC(), t.Ends().UTC(), t.DaysLeft(now)}
	}
	return s, err
}

// reviewPage is how many texts are read at a time.
const reviewPage = 500

func (e *env) socialReview(ctx context.Context, c *cli.Command) error {
	reason := social.Reason(c.String("reason"))
	if reason != social.None && !slices.Contains(social.Reasons(), reason) {
		return misuse("social review: --reason is %q, not one of %v", reason, social.Reasons())
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := weiboOf(o); err != nil {
			return err
		}
		keys, err := newSocialKeys(ctx, o)
		if err != nil {
			return err
		}
		var after store.After
		for {
			list, err := o.db.Listed(ctx, socialAccount(o), reason, after, reviewPage)
			if err != nil {
				return err
			}
			for i := range list {
				if err := e.printReview(keys, &list[i]); err != nil {
					return err
				}
				after = store.After{At: list[i].At, ID: list[i].ID}
			}
			if len(list) < reviewPage {
				return nil
			}
		}
	})
}

// printReview shows what was written, never by whom.
func (e *env) printReview(keys *socialKeys, r *store.Review) error {
	text, err := social.Words(keys, &r.Item)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\t%s\n", r.At.In(shanghai()).Format(time.DateTime), r.Reading.Reason, r.Reading.Campaign, r.Reading.Unit,
		strings.Join(strings.Fields(text), " "))
	return err
}

func (e *env) socialToken(ctx context.Context, c *cli.Command) error {
	var issued time.Time
	if text := c.String("issued"); text != "" {
		var err error
		if issued, err = time.ParseInLocation(time.DateOnly, text, shanghai()); err != nil || issued.After(time.Now()) {
			return misuse("social token: --issued is no past day such as 2026-01-31")
		}
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := weiboOf(o); err != nil {
			return err
		}
		if o.opts.Weibo.AccessToken == "" {
			return misuse("social token: PINGYI_WEIBO_ACCESS_TOKEN is not set")
		}
		keys, err := newSocialKeys(ctx, o)
		if err != nil {
			return err
		}
		w, now := newTokenWatch(o), time.Now()
		w.keys = keys.tenant
		if !issued.IsZero() {
			if err := o.db.NoteToken(ctx, w.account, w.hash(), issued, now); err != nil {
				return err
			}
		}
		t, _, err := w.token(ctx, now)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%s\t%d\n", t.Ends().In(shanghai()).Format(time.DateOnly), t.DaysLeft(now))
		return err
	})
}

// actFlags say who leaves something out, and who agrees.
func actFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "by", Usage: "who decides"}, &cli.StringFlag{Name: "approved-by", Usage: "the second person, who agrees"},
		&cli.StringFlag{Name: "note", Usage: "the document or the ground"}, &cli.StringFlag{Name: "receipt", Usage: "of one rating"}, tenantFlag(),
	}
}

// act reads actFlags: two people, as nothing is left out by one alone.
func act(c *cli.Command) (store.Act, error) {
	a := store.Act{
		By: strings.TrimSpace(c.String("by")), ApprovedBy: strings.TrimSpace(c.String("approved-by")), Note: strings.TrimSpace(c.String("note")), At: time.Now(),
	}
	switch {
	case a.By == "" || a.ApprovedBy == "" || strings.EqualFold(a.By, a.ApprovedBy):
		return a, misuse("--by and --approved-by name two different people")
	case len(a.By) > 128 || len(a.ApprovedBy) > 128 || len(a.Note) > 255:
		return a, misuse("--by and --approved-by have at most 128 bytes, --note 255")
	case c.String("campaign") == "":
		return a, misuse("--campaign is missing")
	}
	return a, nil
}

func socialMethod(ctx context.Context, o *opened, id string) (*knownCampaign, store.Channel, error) {
	k, err := newCampaigns(o.db, time.Now).get(ctx, o.tenant, id)
	if err != nil {
		return nil, store.Channel{}, err
	}
	for _, ch := range k.Channels {
		if ch.Channel == models.Social {
			return k, ch, nil
		}
	}
	return nil, store.Channel{}, models.Errorf(models.NotFound, "unknown_channel", "the campaign %s has no channel %q", id, models.Social)
}
