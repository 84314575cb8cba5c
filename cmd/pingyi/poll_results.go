package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/store"
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
					&cli.StringFlag{Name: "signer", Usage: "who answers for the figures"},
					&cli.StringFlag{Name: "evidence", Usage: "a file, such as a picture of the poll, whose SHA-256 is kept; or where the evidence is filed"},
					&cli.StringFlag{Name: "replaces", Usage: "the id of results that these correct"}, tenantFlag(),
				},
			},
			{Name: "list", Usage: "print what was entered, as JSON", Flags: []cli.Flag{campaign(), tenantFlag()}, Action: e.pollResultsList},
		},
	}
}

// pollRow is the votes for a unit.
type pollRow struct {
	Unit  string   `json:"unit"`
	Votes [5]int64 `json:"votes"` // for 5, 4, 3, 2, 1
}

func (e *env) pollResultsAdd(ctx context.Context, c *cli.Command) error {
	p := store.PollResult{
		Campaign: c.String("campaign"), Title: strings.TrimSpace(c.String("title")), Signer: strings.TrimSpace(c.String("signer")),
		Evidence: strings.TrimSpace(c.String("evidence")), EnteredAt: time.Now(),
	}
	switch {
	case p.Campaign == "", p.Title == "", p.Signer == "", p.Evidence == "", c.String("file") == "":
		return misuse("poll-results add needs --campaign, --file, --title, --signer and --evidence")
	case len(p.Title) > 255, len(p.Signer) > 128, len(p.Evidence) > 255:
		return misuse("--title and --evidence have at most 255 bytes, --signer 128")
	}
	if text := c.String("replaces"); text != "" {
		var err error
		if p.Replaces, err = models.ParseID(text); err != nil {
			return misuse("--replaces is no id of poll results; poll-results list shows them")
		}
	}
	rows, err := readPoll(c.String("file"))
	if err != nil {
		return err
	}
	if p.EvidenceHash, err = hashEvidence(p.Evidence); err != nil {
		return err
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		k, err := newCampaigns(o.db, time.Now).get(ctx, o.tenant, p.Campaign)
		if err != nil {
			return err
		}
		if err = knownUnits(k, rows); err != nil {
			return err
		}
		p.Tenant = o.tenant
		if p.ID, err = models.NewID(rand.Reader); err != nil {
			return err
		}
		if p.Body, err = json.Marshal(rows); err != nil {
			return err
		}
		if err = o.db.AddPollResult(ctx, p); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, p.ID)
		return err
	})
}

// readPoll reads a file strictly: every fault is told with its line.
func readPoll(name string) ([]pollRow, error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	r := csv.NewReader(io.LimitReader(file, maxPollFile))
	head, err := r.Read()
	if err != nil || strings.TrimPrefix(strings.Join(head, ","), "\ufeff") != "code,5,4,3,2,1" {
		return nil, misuse("%s: the first line is not code,5,4,3,2,1", name)
	}
	var rows []pollRow
	seen := map[string]bool{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, misuse("%s: %w", name, err)
		}
		row := pollRow{Unit: strings.TrimSpace(record[0])}
		if seen[row.Unit] {
			return nil, misuse("%s: line %d: the unit %s stands there twice", name, line, row.Unit)
		}
		seen[row.Unit] = true
		for i := range row.Votes {
			if row.Votes[i], err = strconv.ParseInt(strings.TrimSpace(record[i+1]), 10, 32); err != nil || row.Votes[i] < 0 {
				return nil, misuse("%s: line %d: the votes for level %d are no number", name, line, 5-i)
			}
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, misuse("%s: holds no results", name)
	}
	return rows, nil
}

func knownUnits(k *knownCampaign, rows []pollRow) error {
	known := map[string]bool{}
	for _, u := range k.Units {
		known[u.Code] = true
	}
	for _, r := range rows {
		if !known[r.Unit] {
			return models.Errorf(models.NotFound, "unknown_unit", "the campaign %s does not rate %q", k.ID, r.Unit)
		}
	}
	return nil
}

// hashEvidence is the beginning of a file's SHA-256; zero where the evidence is
// no file here.
func hashEvidence(name string) (id models.ID, err error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if errors.Is(err, os.ErrNotExist) {
		return id, nil
	}
	if err != nil {
		return id, err
	}
	defer func() { _ = file.Close() }() // it was only read
	h := sha256.New()
	if _, err = io.Copy(h, io.LimitReader(file, maxPollFile)); err != nil {
		return id, err
	}
	copy(id[:], h.Sum(nil))
	return id, nil
}

// listedPoll is poll results as they are printed.
type listedPoll struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	Signer    string          `json:"signer"`
	Evidence  string          `json:"evidence"`
	SHA256    string          `json:"evidence_sha256_prefix,omitempty"` // 16 bytes
	Replaces  string          `json:"replaces,omitempty"`
	EnteredAt time.Time       `json:"entered_at"`
	Results   json.RawMessage `json:"results"`
}

func (e *env) pollResultsList(ctx context.Context, c *cli.Command) error {
	if c.String("campaign") == "" {
		return misuse("--campaign is missing")
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := o.db.PollResults(ctx, o.tenant, c.String("campaign"))
		if err != nil {
			return err
		}
		out := make([]listedPoll, len(list))
		for i, p := range list {
			out[i] = listedPoll{ID: p.ID.String(), Title: p.Title, Signer: p.Signer, Evidence: p.Evidence, EnteredAt: p.EnteredAt, Results: p.Body}
			if !p.EvidenceHash.IsZero() {
				out[i].SHA256 = p.EvidenceHash.String()
			}
			if !p.Replaces.IsZero() {
				out[i].Replaces = p.Replaces.String()
			}
		}
		return e.printJSON(out)
	})
}
