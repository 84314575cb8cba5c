// Command pingyi lets citizens rate public offices and file complaints inside
// WeChat and Weibo, and gives the supervision office channel scores that it can
// defend. This package is main and wiring: it alone reads options, and here the
// packages that do not know each other meet.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args, os.LookupEnv, os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
