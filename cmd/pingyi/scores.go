package main

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/urfave/cli/v3"

	"pingyi/export"
	"pingyi/models"
)

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
				doc, _, err := o.scores().Scores(ctx, o.tenant, c.String("campaign"), models.Channel(c.String("channel")))
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
