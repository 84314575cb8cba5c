package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// errDocuments refuses what stands behind the first YAML document.
var errDocuments = errors.New("holds more than one YAML document; expected one")

// decodeYAML reads the one YAML document of a text; an empty text leaves the
// value as it was, and a byte order mark before it is no part of it. The library panics on some malformed texts, such as
// `classes: !t x` where a list is expected: that is an error like any other.
func decodeYAML(text []byte, into any, options ...yaml.DecodeOption) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gave up: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))), options...)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errDocuments
	}
	return nil
}
