package models

import "time"

// After is where a page of rows begins: behind the row of this time and ID. The zero
// After is the beginning.
type After struct {
	At time.Time
	ID ID
}
