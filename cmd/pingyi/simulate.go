package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/service/keys"
	"pingyi/simulator"
)

func (e *env) simulateCommand() *cli.Command {
	return &cli.Command{
		Name:  "simulate",
		Usage: "let made-up citizens rate units of a running demo server and compare its scores with an own count",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "citizens", Value: 200, Usage: "how many citizens; each rates 1 to 5 units"},
			&cli.IntFlag{Name: "units", Value: 84, Usage: "among how many units"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "the same seed makes the same choices"},
			&cli.StringFlag{Name: "campaign", Value: demoCampaign, Usage: "the campaign's id"},
			&cli.StringFlag{Name: "channel", Value: string(models.Mobile), Usage: "mobile rates on WeChat, social on Weibo"},
			&cli.StringFlag{Name: "url", Usage: "the server (default: PINGYI_ADDR on this machine)"},
			&cli.IntFlag{Name: "concurrency", Value: 8, Usage: "citizens at once"},
			tenantFlag(),
		},
		Action: e.simulate,
	}
}

// simulate drives the server with an API key of its own, which it revokes in the
// end.
func (e *env) simulate(ctx context.Context, c *cli.Command) error {
	if c.Int("citizens") < 1 || c.Int("units") < 1 {
		return misuse("simulate: --citizens and --units are at least 1")
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		base := c.String("url")
		if base == "" {
			base = config.LocalURL(o.opts.Addr)
		}
		platform, err := simulated(o, models.Channel(c.String("channel")), base)
		if err != nil {
			return err
		}
		if err = askDemo(ctx, base); err != nil {
			return err
		}
		key := keys.New()
		if err = o.apiKeys().Add(ctx, &models.APIKey{Tenant: o.tenant, Name: "simulate", Role: models.RoleOffice, CreatedVia: via(viaShell)}, key); err != nil {
			return err
		}
		sum, err := simulator.Drive(ctx, simulator.DriveOptions{
			Platform: platform, BaseURL: base, APIKey: key, Campaign: c.String("campaign"),
			Citizens: c.Int("citizens"), Units: c.Int("units"), Seed: c.Uint64("seed"),
			Concurrency: c.Int("concurrency"), Progress: e.err,
		})
		if sum.Pushes > 0 {
			fmt.Fprintln(e.out, sum.String())
		}
		return errors.Join(err, o.apiKeys().Revoke(ctx, o.tenant, key))
	})
}

// askDemo refuses a server that is not a demo, before anything is written: the
// ratings of made-up citizens count like any other.
func askDemo(ctx context.Context, base string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/simulator", http.NoBody)
	if err != nil {
		return misuse("simulate: --url: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("simulate: no server at %s: %w", base, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("simulate: the server at %s is no demo: it has no /simulator (%s)", base, res.Status)
	}
	return nil
}

// simulated plays the platform of a channel towards a server.
func simulated(o *opened, channel models.Channel, base string) (simulator.Driven, error) {
	switch channel {
	case models.Mobile:
		return simulator.NewPlatform(simulator.PlatformOptions{Account: simulatorAccount(o.opts.WeChat), Target: base + "/wechat"})
	case models.Social:
		return simulator.NewWeiboPlatform(simulator.WeiboOptions{
			PlatformOptions: simulator.PlatformOptions{Target: base + "/weibo"},
			Weibo:           simulator.WeiboAccount{UID: o.opts.Weibo.UID, AppSecret: string(o.opts.Weibo.AppSecret)},
			Scenes:          func(ctx context.Context) (map[string]int, error) { return o.scenes().ByTarget(ctx, o.tenant) },
		})
	default:
		return nil, misuse("simulate: --channel is mobile or social, not %q", channel)
	}
}

func (e *env) healthcheckCommand() *cli.Command {
	return &cli.Command{
		Name:  "healthcheck",
		Usage: "ask the server on this machine whether it lives; for containers",
		Action: func(ctx context.Context, _ *cli.Command) error {
			addr, ok := e.lookup("PINGYI_ADDR")
			if !ok || addr == "" {
				addr = defaultAddr
			}
			ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, config.LocalURL(addr)+"/healthz", http.NoBody)
			if err != nil {
				return err
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			defer func() { _ = res.Body.Close() }()
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("the server answers %s", res.Status)
			}
			return nil
		},
	}
}

func (e *env) backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", ArgsUsage: "FILE",
		Usage: "write a consistent copy of a SQLite database while it is in use; MySQL has mariadb-dump, see restore and docs/backup.md",
		Flags: []cli.Flag{tenantFlag()},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return misuse("backup takes the name of the file to write")
			}
			return e.withOpen(ctx, c, func(o *opened) error {
				return o.db.Backup(ctx, c.Args().First())
			})
		},
	}
}
