package config

import (
	"fmt"
	"log/slog"
)

// setMark stands for a secret wherever one would be printed.
const setMark = "(set)"

// Secret is a value that must never be printed: what formats, logs or
// encodes it gets "(set)", or nothing where it is empty. string(s) is the
// value.
type Secret string

func (s Secret) mark() string {
	if s == "" {
		return ""
	}
	return setMark
}

// Format keeps the value from every verb of package fmt.
func (s Secret) Format(f fmt.State, _ rune) {
	// A fmt.State that cannot be written to has no way to say so here.
	_, _ = f.Write([]byte(s.mark()))
}

// MarshalText keeps the value from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.mark()), nil }

// LogValue keeps the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.mark()) }
