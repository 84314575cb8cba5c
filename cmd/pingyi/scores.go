package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/export"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Scores implements web.Scores.
func (c *campaigns) Scores(ctx context.Context, tenant, campaign string, channel models.Channel) (scoring.Scores, models.Phase, error) {
	known, err := c.get(ctx, tenant, campaign)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	at := slices.IndexFunc(known.Channels, func(ch store.Channel) bool { return ch.Channel == channel })
	if at < 0 {
		return scoring.Scores{}, "", models.Errorf(models.NotFound, "unknown_channel", "the campaign %s has no channel %q", campaign, channel)
	}
	m, err := known.defined.method(known.Channels[at].Method)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	marks, err := scoring.ParseMarks(known.Channels[at].FullMarks)
	if err != nil {
		return scoring.Scores{}, "", fmt.Errorf("full marks of %s: %w", channel, err)
	}
	// The seal is asked for first: what counts may still be committed, and sealed,
	// while the tallies are read, and a final document lacks nothing.
	final, err := c.final(ctx, known, m)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	now := c.now()
	tallies, err := c.db.Tallies(ctx, tenant, campaign, channel)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	doc, err := scoring.Sheet{
		Campaign: campaign, Channel: channel, FullMarks: marks, Method: m, Dims: known.defined.dims(),
		Final: final, AsOf: now,
	}.Scores(known.Units, tallies)
	return doc, known.phase(now), err
}

// final reports whether nothing that counts on a channel can arrive any more.
// Where public texts count, that takes until their own record is sealed.
func (c *campaigns) final(ctx context.Context, known *knownCampaign, m scoring.Method) (bool, error) {
	if known.SealedAt.IsZero() || !m.Public {
		return !known.SealedAt.IsZero(), nil
	}
	sealed, err := c.db.PublicSealed(ctx, known.Tenant, known.ID)
	return !sealed.IsZero(), err
}

func (e *env) scoresCommand() *cli.Command {
	return &cli.Command{
		Name:  "scores",
		Usage: "print a channel's scores",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "campaign", Usage: "the campaign's id"},
			&cli.StringFlag{Name: "channel", Usage: "mobile or social"},
			&cli.StringFlag{Name: "format", Value: "json", Usage: "json, csv or xlsx"},
			tenantFlag(),
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.String("campaign") == "" || c.String("channel") == "" {
				return misuse("scores needs --campaign and --channel")
			}
			format := c.String("format")
			if !slices.Contains([]string{"json", "csv", "xlsx"}, format) {
				return misuse("--format is %q, not json, csv or xlsx", format)
			}
			return e.withOpen(ctx, c, func(o *opened) error {
				doc, _, err := newCampaigns(o.db, time.Now).Scores(ctx, o.tenant, c.String("campaign"), models.Channel(c.String("channel")))
				if err != nil {
					return err
				}
				switch format {
				case "csv":
					return export.WriteCSV(e.out, doc)
				case "xlsx":
					return export.WriteXLSX(e.out, doc)
				default:
					enc := json.NewEncoder(e.out)
					enc.SetIndent("", "  ")
					return enc.Encode(doc)
				}
			})
		},
	}
}
