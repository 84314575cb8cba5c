package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/urfave/cli/v3"
)

// withOpen runs a command on a database that is there.
func (e *env) withOpen(ctx context.Context, c *cli.Command, do func(o *opened) error) error {
	return e.with(ctx, c, existing, do)
}

// with runs a command on an open database.
func (e *env) with(ctx context.Context, c *cli.Command, m openMode, do func(o *opened) error) error {
	o, err := e.open(ctx, c, m)
	if err != nil {
		return err
	}
	return errors.Join(do(o), o.db.Close())
}

func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func shanghai() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil { // the binary embeds the time zones
		return time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	return loc
}

// parseDay reads a day in Asia/Shanghai or an exact time. A day that ends
// something is counted in: the result is the midnight after it.
func parseDay(s string, ends bool) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, shanghai())
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a day (2017-05-01) nor a time (2017-05-01T08:00:00+08:00)", s)
	}
	if ends {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}

// lineFault says what is wrong with a name that stands in a line of a list, which
// a line break would make two, or "".
func lineFault(s string, most int) string {
	switch {
	case s == "":
		return "is missing"
	case len(s) > most:
		return fmt.Sprintf("has %d bytes, at most %d", len(s), most)
	case !utf8.ValidString(s):
		return "is not UTF-8"
	}
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return fmt.Sprintf("holds %U, a line break, control or format character", r)
		}
	}
	return ""
}
