package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

func (e *env) scenesCommand() *cli.Command {
	return &cli.Command{
		Name:  "scenes",
		Usage: "the numbers that the Weibo account's QR codes carry",
		Commands: []*cli.Command{{
			Name:   "list",
			Usage:  "list each number, what its code stands for and the name; numbers are kept for ever",
			Flags:  []cli.Flag{tenantFlag()},
			Action: e.scenesList,
		}},
	}
}

func (e *env) scenesList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		if !o.opts.Weibo.Set() {
			return misuse("no Weibo account is configured; its uid is part of each number's place")
		}
		scenes := o.scenes()
		if err := scenes.Ensure(ctx, o.tenant); err != nil {
			return err
		}
		list, err := scenes.Named(ctx, o.tenant)
		if err != nil {
			return err
		}
		for _, s := range list {
			if _, err := fmt.Fprintf(e.out, "%d\t%s\t%s\n", s.Number, s.Target, s.Name); err != nil {
				return err
			}
		}
		return nil
	})
}
