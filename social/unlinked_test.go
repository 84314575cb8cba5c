package social

import (
	"context"
	"testing"

	"pingyi/models"
)

// ratedItems knows which text became a rating, and nothing else of a store.
type ratedItems struct {
	Items
	item, rating models.ID
}

func (r ratedItems) PublicRating(_ context.Context, _ string, item models.ID) (models.ID, error) {
	if item != r.item {
		return models.ID{}, models.Errorf(models.NotFound, "no_rating", "the text became no rating")
	}
	return r.rating, nil
}

// lostKeys are keys of which that of persons is gone.
type lostKeys struct{ Keys }

func (lostKeys) Person(context.Context, string, string) (models.ID, error) {
	return models.ID{}, models.Errorf(models.Conflict, models.KeyLost, "gone")
}

// A text that was counted before its author could not be told from others any more
// stays counted, whoever reads it again.
func TestReader_keyOfPersonsLost_countsNothingNewAndKeepsWhatCounted(t *testing.T) {
	counted, fresh, rating := models.ID{1}, models.ID{2}, models.ID{3}
	r := &Reader{Store: ratedItems{item: counted, rating: rating}, Keys: lostKeys{}}
	for id, want := range map[models.ID]Reading{
		counted: {Outcome: Counted, Rating: rating}, fresh: {Outcome: Listed, Reason: Unlinked},
	} {
		got, err := r.submit(t.Context(), &Campaign{ID: "2017"}, &Item{ID: id}, "2001", Reading{Outcome: Listed})
		if err != nil || got != want {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
}
