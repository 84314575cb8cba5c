package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/keys"
	"pingyi/store/record"
)

const (
	// sealingEvery is how often a server asks for sealing keys, which are sealed with
	// seal.SealingDelay after they were made.
	sealingEvery = 10 * time.Second
)

func (e *env) keysCommand() *cli.Command {
	return &cli.Command{
		Name:  "keys",
		Usage: "the keys that a tenant's values are sealed with",
		Commands: []*cli.Command{
			{
				Name:  "renew",
				Usage: "make a new sealing key, reseal what is kept for long, end the keys that seal nothing any more",
				Description: "Sealed are platform ids, finished answers, public texts of Weibo and sessions. Complaints are not: each has a key of its own.\n" +
					"Hashes of citizens, persons and pushes, proofs, and what is printed on receipts and codes stay as they are, for they rest on other keys.\n" +
					"Servers go on. Each has to be of a version that knows renewals: one of a version before cannot open what the new key seals.\n" +
					"It waits 2.5 minutes until every server seals with the new key. It may be broken off at any time: --resume goes on.\n" +
					"A key is ended a day after the next one came into use, at the earliest, and ten days after the last finished answer that it sealed: run it with --resume then.",
				Flags: []cli.Flag{
					&cli.BoolFlag{Name: "resume", Usage: "make no key: reseal what is left of older ones, and end those that seal nothing any more"},
					&cli.BoolFlag{Name: "no-wait", Usage: "make the key and end; --resume does the rest"},
					tenantFlag(),
				},
				Action: e.keysRenew,
			},
			{
				Name: "list", Usage: "list the sealing keys: name, state (seals, opens, waits, ended), when it was made",
				Flags: []cli.Flag{tenantFlag()}, Action: e.keysList,
			},
		},
	}
}

func (e *env) keysList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := o.db.SealingKeys(ctx, o.tenant)
		if err != nil {
			return err
		}
		seals := false
		for i := range list {
			k := &list[i]
			state := "opens"
			switch {
			case !k.DestroyedAt.IsZero():
				state = "ended"
			case k.Age < seal.SealingDelay:
				state = "waits"
			case !seals:
				seals, state = true, "seals"
			}
			if _, err = fmt.Fprintf(e.out, "%s\t%s\t%s\n", models.SealingName(k.Number), state, shown(k.CreatedAt)); err != nil {
				return err
			}
		}
		state := "seals"
		if seals {
			state = "opens"
		}
		_, err = fmt.Fprintf(e.out, "%s\t%s\tof the tenant's own key\n", models.SealingName(0), state)
		return err
	})
}

func shown(t time.Time) string { return t.In(shanghai()).Format(shownTime) }

func (e *env) keysRenew(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		r := &keys.Renewal{
			Record: o.db, Ring: o.ring, Tenant: o.tenant, Zone: shanghai(), AnswersKept: record.AnswersKept + upkeepEvery,
			Say:      func(line string) error { _, err := fmt.Fprintln(e.out, line); return err },
			Progress: e.progress, Waiting: func(left time.Duration) {
				fmt.Fprintf(e.err, "\rwaiting until every server seals with it, %d s ", int(left.Seconds())+1)
			}, Done: func() { fmt.Fprintln(e.err) },
		}
		err := r.Run(ctx, c.Bool("resume"), !c.Bool("no-wait"))
		if errors.Is(err, keys.ErrNeverRenewed) {
			return usageError{err}
		}
		return err
	})
}
