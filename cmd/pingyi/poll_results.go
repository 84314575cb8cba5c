package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/service/score"
	"pingyi/social"
)

func (e *env) pollResultsCommand() *cli.Command {
	campaign := func() cli.Flag { return &cli.StringFlag{Name: "campaign", Usage: "the campaign's id"} }
	return &cli.Command{
		Name:  "poll-results",
		Usage: "results of polls on the platform, entered by hand and kept apart from ratings: they are never counted with them",
		Commands: []*cli.Command{
			{
				Name: "add", Usage: "enter the results of a poll from a CSV file: code,5,4,3,2,1 (votes for each level)", Action: e.pollResultsAdd,
				Flags: []cli.Flag{
					campaign(), &cli.StringFlag{Name: "file", Usage: "the CSV file"}, &cli.StringFlag{Name: "title", Usage: "of the poll, with its address"},
					&cli.StringFlag{Name: "signer", Usage: "who answers for the figures; kept as typed, nothing proves it"},
					&cli.StringFlag{Name: "evidence", Usage: "a file, such as a picture of the poll, whose SHA-256 is kept; or where the evidence is filed"},
					&cli.StringFlag{Name: "replaces", Usage: "the id of results that these correct"}, tenantFlag(),
				},
			},
			{Name: "list", Usage: "print what was entered, as JSON", Flags: []cli.Flag{campaign(), tenantFlag()}, Action: e.pollResultsList},
		},
	}
}

func (e *env) pollResultsAdd(ctx context.Context, c *cli.Command) error {
	campaign, name := c.String("campaign"), c.String("file")
	p := social.PollEntry{Title: c.String("title"), Signer: c.String("signer"), Evidence: c.String("evidence"), Replaces: c.String("replaces"), Via: via(viaShell)}
	if campaign == "" || name == "" || p.Title == "" || p.Signer == "" || p.Evidence == "" {
		return misuse("poll-results add needs --campaign, --file, --title, --signer and --evidence")
	}
	var lines []int
	var err error
	if p.Rows, lines, err = readPoll(name); err != nil {
		return pollMisuse(err)
	}
	if p.EvidenceHash, err = score.HashEvidence(p.Evidence); err != nil {
		return err
	}
	place := func(field string, row int) string {
		switch {
		case row >= 0:
			return fmt.Sprintf("%s: line %d", name, lines[row])
		case field == "results":
			return name
		}
		return "--" + field
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		results, _, err := o.scores().AddPollResults(ctx, o.tenant, campaign, p, place)
		if err != nil {
			return pollMisuse(err)
		}
		e.unproven(fmt.Sprintf("signed by %q", p.Signer))
		_, err = fmt.Fprintln(e.out, results.ID)
		return err
	})
}

// readPoll reads the form of a file.
func readPoll(name string) (rows []social.PollRow, lines []int, err error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return score.ReadPoll(name, file)
}

// pollMisuse tells every fault of results on a line of its own, as wrong use.
func pollMisuse(err error) error {
	var known *models.Error
	if !errors.As(err, &known) || len(known.Faults) == 0 {
		return err
	}
	all := make([]string, len(known.Faults))
	for i, f := range known.Faults {
		all[i] = f.Place + ": " + f.Text
	}
	return misuse("%s", strings.Join(all, "\n"))
}

func (e *env) pollResultsList(ctx context.Context, c *cli.Command) error {
	if c.String("campaign") == "" {
		return misuse("--campaign is missing")
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := o.scores().PollResults(ctx, o.tenant, c.String("campaign"), time.Time{}, models.ID{}, everything)
		if err != nil {
			return err
		}
		shown := make([]social.PollResults, len(list))
		for i := range list {
			shown[i] = list[i].Show()
		}
		return e.printJSON(shown)
	})
}
