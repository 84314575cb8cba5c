package models_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"pingyi/models"
)

func TestNewRowID_laterMillisecond_sortsBehind(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	seen := map[models.ID]bool{}
	var last models.ID
	for i := range 1000 {
		id, err := models.NewRowID(at.Add(time.Duration(i/2)*time.Millisecond), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 && bytes.Compare(id[:], last[:]) <= 0 {
			t.Fatalf("%v is not behind %v", id, last)
		}
		if seen[id] {
			t.Fatalf("%v twice", id)
		}
		seen[id], last = true, id
	}
}

func TestNewRowID_noRandomness_isAnError(t *testing.T) {
	if id, err := models.NewRowID(time.Now(), bytes.NewReader(make([]byte, 15))); err == nil || !id.IsZero() {
		t.Errorf("%v, %v", id, err)
	}
}
