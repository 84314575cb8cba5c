package main

import (
	"context"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// What is final holds every rating: the last public one and the seal may come
// while a document is made.
func TestScores_sealedWhileTheyAreRead_areFinalOnlyWithTheLastRating(t *testing.T) {
	w := newWorld(t)
	w.serve().stop()
	db, err := store.Open(t.Context(), store.Options{URL: w.env["PINGYI_DATABASE"]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Now()
	if _, err := db.Seal(t.Context(), "default", "2017", now); err != nil {
		t.Fatal(err)
	}
	meanwhile := func() time.Time {
		commitPublic(t, db, now)
		if _, err := db.SealPublic(t.Context(), "default", "2017", now); err != nil {
			t.Error(err)
		}
		return now
	}
	doc, _, err := newCampaigns(db, meanwhile).Scores(t.Context(), "default", "2017", models.Social)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Final && doc.Units[2].Ratings == 0 {
		t.Error("scores are final and lack a rating that was committed before the seal")
	}
	doc, _, err = newCampaigns(db, time.Now).Scores(t.Context(), "default", "2017", models.Social)
	if err != nil || !doc.Final || doc.Units[2].Ratings != 1 {
		t.Errorf("afterwards: final %v, %d ratings, %v", doc.Final, doc.Units[2].Ratings, err)
	}
}

func commitPublic(t *testing.T, db *store.DB, at time.Time) {
	t.Helper()
	writer := store.NewWriter(db, store.WriterOptions{})
	done := make(chan error, 1)
	go func() { done <- writer.Run() }()
	ack, err := writer.Submit(context.Background(), scoring.Submission{
		Tenant: "default", Campaign: "2017", Channel: models.Social, Account: "1", Unit: "A03", Source: models.ID{1},
		Rating: models.ID{2}, Person: models.ID{3}, Push: models.ID{4}, Draft: models.ID{5}, Receipt: "R",
		Answers: models.Answers{5, 5, 5, 5, 5}, PlatformAt: at, ReceivedAt: at,
	})
	writer.Close()
	if err != nil || ack.Verdict != scoring.Counted || <-done != nil {
		t.Errorf("verdict %d, %v", ack.Verdict, err)
	}
}
