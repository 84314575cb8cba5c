package session

import (
	"context"
	"testing"
	"time"

	"pingyi/models"
)

// Life is how long a citizen's session is still kept.
func (s *Store) Life(ctx context.Context, t testing.TB, citizen models.ID) time.Duration {
	t.Helper()
	_, key := keys(new([64]byte), citizen, models.ID{})
	left, err := s.client.TTL(ctx, string(key)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// PushKey names a push's key, for tests that look at memory.
func PushKey(citizen, push models.ID) string {
	key, _ := keys(new([64]byte), citizen, push)
	return string(key)
}
