package models

import (
	"errors"
	"fmt"
)

// Kind says how a caller should react to an error; web maps each kind to one
// HTTP status. An error without a kind is internal: logged whole, shown as a
// fixed text.
type Kind uint8

// Kinds of domain error.
const (
	Internal Kind = iota
	Invalid
	NotFound
	Conflict
	Unauthorised
	Forbidden
	TooMany
	Unavailable
)

// Error is a domain error. Code is stable and machine readable
// ("unknown_campaign"); Text is for people and carries no secret. Faults, where
// there are any, are everything that is wrong with what came in.
type Error struct {
	Kind   Kind
	Code   string
	Text   string
	Faults []Fault
	Err    error
}

// Fault is one thing that is wrong with an input. Place says where, in the
// words of its sender; it may be empty.
type Fault struct {
	Place string
	Text  string
}

func (e *Error) Error() string { return e.Text }

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes a domain error.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Code: code, Text: err.Error(), Err: errors.Unwrap(err)}
}

// KindOf is the kind of the first domain error in err's chain, else Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf is the stable code of the first domain error in err's chain, else
// "internal".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}
