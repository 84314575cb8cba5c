package weibo

import (
	"slices"
	"strings"
)

// others are the times, in unix seconds, that a rightly signed query would have if the
// same signature were read otherwise: with timestamp and nonce exchanged, or with digits
// moved from one to the other. The signature is of three texts, sorted and put in a row
// without marks between them, so where the secret is the first or the last of them it
// says nothing about where the timestamp ends.
func others(secret, timestamp, nonce string) (at []int64) {
	row := rowOf(secret, timestamp, nonce)
	try := func(timestamp, nonce string) {
		if t, ok := parseTime(timestamp); ok && row == rowOf(secret, timestamp, nonce) {
			at = append(at, t)
		}
	}
	both := func(left, right string) { try(left, right); try(right, left) }
	for from := 0; from <= len(row)-len(secret); from++ {
		if row[from:from+len(secret)] != secret {
			continue
		}
		left, right := row[:from], row[from+len(secret):]
		both(left, right)
		for _, beside := range []string{left, right} {
			if len(left)+len(right) != len(beside) {
				continue // the secret is between the two
			}
			for _, n := range []int{seconds, milliseconds} {
				if n <= len(beside) {
					both(beside[:n], beside[n:])
					both(beside[len(beside)-n:], beside[:len(beside)-n])
				}
			}
		}
	}
	slices.Sort(at)
	own, _ := parseTime(timestamp)
	return slices.DeleteFunc(slices.Compact(at), func(t int64) bool { return t == own })
}

// rowOf is what a signature is the hash of.
func rowOf(secret, timestamp, nonce string) string {
	parts := []string{secret, timestamp, nonce}
	slices.Sort(parts)
	return strings.Join(parts, "")
}
