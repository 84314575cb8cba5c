package config

import (
	"encoding/base64"
	"slices"
	"strings"
)

// published are the secrets that stand, or stood, as samples on pages of this
// repository. Everybody has them.
func published() []string {
	return []string{
		"0123456789abcdef0123456789abcdef", "TheTokenOfYourChoice", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
	}
}

// known adds a fault for each secret that protects nothing: a published sample, or
// one character over and over, as the keys in the platforms' own documentation
// are. What was a secret before may be of any kind where it only unwraps.
func (f *Faults) known(options []field, name func(path string) string) {
	for _, o := range options {
		value := o.text()
		switch {
		case !o.secret() || value == "" || o.path == "database" || o.path == "migrate_database" || o.path == "redis" || o.path == "secret_previous":
		case slices.Contains(published(), value):
			f.add(name(o.path), "is a sample from pingyi's own pages, which everybody has; expected a secret of your own")
		case repeats(value), o.rule == "aes" && repeatsInside(value):
			f.add(name(o.path), "is one character over and over; expected a secret that nobody can guess")
		}
	}
}

// repeats reports whether s is one byte over and over.
func repeats(s string) bool { return strings.Count(s, s[:1]) == len(s) }

// repeatsInside reports whether the key behind an EncodingAESKey is one byte over
// and over; the last character may have spare bits set.
func repeatsInside(s string) bool {
	key, err := base64.RawStdEncoding.DecodeString(s)
	return err == nil && len(key) > 0 && repeats(string(key))
}
