package main

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/social"
)

// maxPollFile bounds a file of poll results and its evidence, in bytes.
const maxPollFile = 32 << 20

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
		return err
	}
	if p.EvidenceHash, err = hashEvidence(p.Evidence); err != nil {
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
		var known *models.Error
		if errors.As(err, &known) && len(known.Faults) > 0 {
			return pollMisuse(known.Faults)
		}
		if err != nil {
			return err
		}
		e.unproven(fmt.Sprintf("signed by %q", p.Signer))
		_, err = fmt.Fprintln(e.out, results.ID)
		return err
	})
}

// pollMisuse tells every fault on a line of its own.
func pollMisuse(faults []models.Fault) error {
	all := make([]string, len(faults))
	for i, f := range faults {
		all[i] = f.Place + ": " + f.Text
	}
	return misuse("%s", strings.Join(all, "\n"))
}

// readPoll reads the form of a file; every fault of it is told with its line.
// lines are those that the rows stand on.
func readPoll(name string) (rows []social.PollRow, lines []int, err error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	r := csv.NewReader(io.LimitReader(file, maxPollFile))
	head, err := r.Read()
	if err != nil || strings.TrimPrefix(strings.Join(head, ","), "\ufeff") != "code,5,4,3,2,1" {
		return nil, nil, misuse("%s: the first line is not code,5,4,3,2,1", name)
	}
	var faults []models.Fault
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, models.Fault{Place: name, Text: err.Error()})
			if len(record) == 0 {
				break // what follows cannot be told apart
			}
			continue
		}
		line, _ := r.FieldPos(0)
		row := social.PollRow{Unit: record[0]}
		for i := range row.Votes {
			if row.Votes[i], err = strconv.ParseInt(strings.TrimSpace(record[i+1]), 10, 64); err != nil {
				faults = append(faults, models.Fault{Place: fmt.Sprintf("%s: line %d", name, line), Text: fmt.Sprintf("the votes for level %d are no number", 5-i)})
			}
		}
		rows, lines = append(rows, row), append(lines, line)
	}
	if len(faults) > 0 {
		return nil, nil, pollMisuse(faults)
	}
	return rows, lines, nil
}

// hashEvidence is a file's SHA-256 in hexadecimal; "" where the evidence is no
// file here.
func hashEvidence(name string) (string, error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it was only read
	h := sha256.New()
	if _, err = io.Copy(h, io.LimitReader(file, maxPollFile)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
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
