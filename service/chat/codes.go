package chat

import (
	"crypto/rand"
	"strings"
)

// alphabet leaves out what is misread or misheard: I, L, O, U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	receiptRunes = 16 // 80 random bits
	codeRunes    = 6  // 30 random bits; store.MaxTries and MaxTicketTries bound the guesses
)

// NewReceipt is XXXX-XXXX-XXXX-XXXX. It proves that a rating was counted and
// carries nothing of what was chosen.
func NewReceipt() string {
	s := randomRunes(receiptRunes)
	return strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:]}, "-")
}

// NewQueryCode goes with a ticket number; together they show the ticket's state
// to a citizen who has both.
func NewQueryCode() string { return randomRunes(codeRunes) }

func randomRunes(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i, c := range b {
		b[i] = alphabet[c%32]
	}
	return string(b)
}
