package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/store/record"
)

const (
	// sealingEvery is how often a server asks for sealing keys, which are sealed with
	// seal.SealingDelay after they were made.
	sealingEvery = 10 * time.Second
	// sealingSlack is added to that until no turn seals with the key before any more.
	sealingSlack = 30 * time.Second
	// sessionsEnd is when the last session that a key sealed is gone from Redis.
	sessionsEnd = 24 * time.Hour
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
		if _, err := o.ring.Tenant(ctx, o.tenant); err != nil {
			return err
		}
		newest, err := e.sealingKey(ctx, o, c.Bool("resume"))
		if err != nil {
			return err
		}
		if left := seal.SealingDelay + sealingSlack - newest.Age; left > 0 {
			if c.Bool("no-wait") {
				_, err = fmt.Fprintf(e.out, "%s: after %s pingyi keys renew --resume reseals what older keys sealed\n", o.tenant, shown(newest.CreatedAt.Add(seal.SealingDelay+sealingSlack)))
				return err
			}
			if err = e.wait(ctx, left); err != nil {
				return err
			}
		}
		if err = o.ring.Refresh(ctx); err != nil {
			return err
		}
		if err = e.resealAll(ctx, o); err != nil {
			return err
		}
		return e.endKeys(ctx, o)
	})
}

// sealingKey makes the key of a renewal, or finds the one that is resumed.
func (e *env) sealingKey(ctx context.Context, o *opened, resume bool) (*models.SealingKey, error) {
	list, err := o.db.SealingKeys(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	number := 1
	if len(list) > 0 {
		number = list[0].Number + 1
	}
	switch {
	case resume && len(list) == 0:
		return nil, misuse("the sealing key of %s was never renewed; there is nothing to resume", o.tenant)
	case resume:
		return &list[0], nil
	case len(list) > 0 && list[0].Age < seal.SealingDelay+sealingSlack:
		return nil, models.Errorf(models.Conflict, "renewed", "the key %s was made at %s, and not every server may seal with it yet; pingyi keys renew --resume goes on with it",
			models.SealingName(list[0].Number), shown(list[0].CreatedAt))
	}
	name := models.SealingName(number)
	if err = o.db.AddSealingKey(ctx, o.tenant, number, o.ring.Wrapper().Wrap(seal.NewKey(), o.tenant+"/"+name)); err != nil {
		return nil, err
	}
	if list, err = o.db.SealingKeys(ctx, o.tenant); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(e.out, "%s: the key %s is made; servers seal with it from %s on\n", o.tenant, name, shown(list[0].CreatedAt.Add(seal.SealingDelay)))
	return &list[0], err
}

// wait shows on stderr how long it still waits.
func (e *env) wait(ctx context.Context, left time.Duration) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(left); time.Now().Before(end); {
		fmt.Fprintf(e.err, "\rwaiting until every server seals with it, %d s ", int(time.Until(end).Seconds())+1)
		select {
		case <-ctx.Done():
			return fmt.Errorf("pingyi keys renew --resume goes on: %w", ctx.Err())
		case <-tick.C:
		}
	}
	fmt.Fprintln(e.err)
	return nil
}

// endKeys ends the keys of which nothing is left, and says of the others what is.
func (e *env) endKeys(ctx context.Context, o *opened) error {
	list, err := o.db.SealingKeys(ctx, o.tenant)
	if err != nil {
		return err
	}
	var next *models.SealingKey // the key that came into use after the one that is looked at
	for i := range list {
		k := &list[i]
		if next != nil && k.DestroyedAt.IsZero() {
			if err = e.endKey(ctx, o, k, next); err != nil {
				return err
			}
		}
		if k.Age >= seal.SealingDelay {
			next = k
		}
	}
	_, err = fmt.Fprintf(e.out, "%s: what was sealed before the first renewal opens with the tenant's own key, which cannot be ended: hashes rest on it\n", o.tenant)
	return err
}

func (e *env) endKey(ctx context.Context, o *opened, k, next *models.SealingKey) error {
	last := next.CreatedAt.Add(seal.SealingDelay + sealingSlack) // that it sealed anything
	answers, err := o.db.AnswersBefore(ctx, o.tenant, last)
	if err != nil {
		return err
	}
	name, sessions := models.SealingName(k.Number), last.Add(sessionsEnd)
	now := k.CreatedAt.Add(k.Age)
	switch {
	case answers > 0:
		_, err = fmt.Fprintf(e.out, "%s: %s still opens %d finished answers, which go by %s; pingyi keys renew --resume ends it then\n",
			o.tenant, name, answers, shown(last.Add(record.AnswersKept+upkeepEvery)))
	case now.Before(sessions):
		_, err = fmt.Fprintf(e.out, "%s: %s still opens sessions until %s; pingyi keys renew --resume ends it then\n", o.tenant, name, shown(sessions))
	default:
		if err = o.db.DestroyKey(ctx, o.tenant, name, now); err == nil {
			_, err = fmt.Fprintf(e.out, "%s: %s is ended: nothing that it sealed is left, but in backups\n", o.tenant, name)
		}
	}
	return err
}
