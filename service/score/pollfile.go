package score

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"pingyi/models"
	"pingyi/social"
)

// maxPollFile bounds a file of poll results and its evidence, in bytes.
const maxPollFile = 32 << 20

func pollFaults(faults []models.Fault) error {
	e := models.Errorf(models.Invalid, "bad_poll_results", "the poll results have %d faults", len(faults))
	e.Faults = faults
	return e
}

// ReadPoll reads the form of results: code,5,4,3,2,1, the votes for each level. Every
// fault is told with its line: models.Invalid, bad_poll_results. lines are those that the
// rows stand on.
func ReadPoll(name string, file io.Reader) (rows []social.PollRow, lines []int, err error) {
	r := csv.NewReader(io.LimitReader(file, maxPollFile))
	head, err := r.Read()
	if err != nil || strings.TrimPrefix(strings.Join(head, ","), "\ufeff") != "code,5,4,3,2,1" {
		return nil, nil, pollFaults([]models.Fault{{Place: name, Text: "the first line is not code,5,4,3,2,1"}})
	}
	var faults []models.Fault
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, models.Fault{Place: name, Text: err.Error()})
			if len(record) == 0 {
				break // what follows cannot be told apart
			}
			continue
		}
		line, _ := r.FieldPos(0)
		row := social.PollRow{Unit: record[0]}
		for i := range row.Votes {
			if row.Votes[i], err = strconv.ParseInt(strings.TrimSpace(record[i+1]), 10, 64); err != nil {
				faults = append(faults, models.Fault{Place: fmt.Sprintf("%s: line %d", name, line), Text: fmt.Sprintf("the votes for level %d are no number", 5-i)})
			}
		}
		rows, lines = append(rows, row), append(lines, line)
	}
	if len(faults) > 0 {
		return nil, nil, pollFaults(faults)
	}
	return rows, lines, nil
}

// HashEvidence is a file's SHA-256 in hexadecimal; "" where the evidence is no
// file here.
func HashEvidence(name string) (string, error) {
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it was only read
	h := sha256.New()
	if _, err = io.Copy(h, io.LimitReader(file, maxPollFile)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
