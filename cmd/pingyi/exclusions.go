package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"pingyi/models"
)

func (e *env) exclusionsCommand() *cli.Command {
	return &cli.Command{
		Name:  "exclusions",
		Usage: "ratings that social exclude left out of the scores",
		Commands: []*cli.Command{{
			Name: "list", Usage: "list who left out which ratings of a campaign, and which were taken back in; on every channel",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "campaign", Usage: "its id", Required: true},
				&cli.StringFlag{Name: "channel", Usage: "one channel; all where not given"},
				tenantFlag(),
			},
			Action: e.exclusionsList,
		}},
	}
}

// exclusionsList prints a line an event: time, channel, unit, rating, act, reason,
// who decided, who agreed, who entered it, note.
func (e *env) exclusionsList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		campaign := c.String("campaign")
		if _, err := o.db.Campaign(ctx, o.tenant, campaign); err != nil {
			return err
		}
		list, err := o.db.Exclusions(ctx, o.tenant, campaign, models.Channel(c.String("channel")))
		if err != nil {
			return err
		}
		for i := range list {
			x := &list[i]
			act := "restore"
			if x.Excludes() {
				act = "exclude"
			}
			_, err := fmt.Fprintln(e.out, strings.Join([]string{
				x.At.In(shanghai()).Format(shownTime), orDash(string(x.Channel)), orDash(x.Unit), x.Rating.String(), act, x.Reason,
				x.By, x.ApprovedBy, orDash(x.Via), orDash(x.Note),
			}, "\t"))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
