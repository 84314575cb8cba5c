// Package export writes channel scores as CSV and as an Excel workbook. What is
// written are the figures of the JSON document, no others, and no cell that
// came from somebody's text begins a formula.
//
// It may import scoring and models, and excelize.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"pingyi/scoring"
)

// byteOrderMark tells Excel that a CSV file is UTF-8.
const byteOrderMark = "\ufeff"

// WriteCSV writes a row a unit under the head
// code,name,class,ratings,mean,points,shrunk_mean,rank: UTF-8 with a byte order
// mark, lines ended by CR LF (RFC 4180), an empty cell where a figure is null.
func WriteCSV(w io.Writer, s scoring.Scores) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := make([][]string, 1, 1+len(s.Units))
	rows[0] = []string{"code", "name", "class", "ratings", "mean", "points", "shrunk_mean", "rank"}
	for i := range s.Units {
		u := &s.Units[i]
		rank := ""
		if u.Rank != nil {
			rank = strconv.Itoa(*u.Rank)
		}
		rows = append(rows, []string{
			plain(u.Code), plain(u.Name), plain(u.Class), strconv.FormatInt(u.Ratings, 10),
			figure(u.Mean), figure(u.Points), figure(u.ShrunkMean), rank,
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func figure(d *scoring.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// formulaStarts begin a formula in some spreadsheet, the full-width ones in
// those that fold them.
const formulaStarts = "=+-@＝＋－＠"

// plain is text as a cell that no spreadsheet takes for a formula: where it
// begins like one, also behind white space or characters that do not show, an
// apostrophe stands before it.
func plain(text string) string {
	if text == "" {
		return ""
	}
	shown := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) })
	if strings.ContainsRune("\t\r\n", rune(text[0])) || shown != "" && strings.ContainsRune(formulaStarts, []rune(shown)[0]) {
		return "'" + text
	}
	return text
}
