// Package shape is for tests: how large a type and a package may be, and where words that
// a citizen reads or says may stand.
package shape
