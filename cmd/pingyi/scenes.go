package main

import (
	"context"
	"fmt"
	"strings"

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
		if err := ensureScenes(ctx, o); err != nil {
			return err
		}
		list, err := o.db.Scenes(ctx, o.tenant, o.opts.Weibo.UID)
		if err != nil {
			return err
		}
		names, err := sceneNames(ctx, o)
		if err != nil {
			return err
		}
		for _, s := range list {
			if _, err := fmt.Fprintf(e.out, "%d\t%s\t%s\n", s.ID, s.Target, names[s.Target]); err != nil {
				return err
			}
		}
		return nil
	})
}

// sceneNames are the names of what scenes stand for.
func sceneNames(ctx context.Context, o *opened) (map[string]string, error) {
	units, err := o.db.Units(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	campaigns, err := o.db.Campaigns(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(units)+len(campaigns))
	for _, u := range units {
		names[unitScene(u)] = strings.ReplaceAll(u.Name, "\t", " ")
	}
	for i := range campaigns {
		names["c:"+campaigns[i].ID] = campaigns[i].Title
	}
	return names, nil
}
