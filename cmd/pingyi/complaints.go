package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

// complaintsCommand decides whether a tenant takes complaints.
func (e *env) complaintsCommand() *cli.Command {
	return &cli.Command{
		Name: "complaints", Usage: "take complaints in the chat, or say whom to ring instead", ArgsUsage: "on|off",
		Description: "Without on or off it prints which holds. The demo takes complaints unless it is told not to; in production\n" +
			"nobody can read a complaint in this version, so none is taken until somebody turns it on here.",
		Flags: []cli.Flag{tenantFlag()},
		Action: func(ctx context.Context, c *cli.Command) error {
			set := c.Args().First()
			if c.Args().Len() > 1 || set != "" && set != "on" && set != "off" {
				return misuse("complaints takes on or off, got %q", c.Args().Slice())
			}
			return e.withOpen(ctx, c, func(o *opened) error { return e.complaints(ctx, o, set) })
		},
	}
}

func (e *env) complaints(ctx context.Context, o *opened, set string) error {
	if set != "" {
		if err := o.db.TakeComplaints(ctx, o.tenant, set == "on"); err != nil {
			return err
		}
	}
	taken, err := o.db.ComplaintsTaken(ctx, o.tenant, o.opts.Demo())
	if err != nil {
		return err
	}
	if !taken {
		_, err = fmt.Fprintln(e.out, "off")
		return err
	}
	if !o.opts.Demo() {
		fmt.Fprintln(e.err, "pingyi: complaints are taken, and this version has no page where anybody could read them")
	}
	_, err = fmt.Fprintln(e.out, "on")
	return err
}
