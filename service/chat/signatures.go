package chat

import (
	"bytes"
	"context"
	"time"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/social"
)

// FirstBodies knows the first body that came under a signature: both are keyed
// hashes, in Redis. It implements hook.Bodies.
type FirstBodies struct {
	Ring *seal.Ring
	Kept interface {
		// First keeps a value under a name and returns the one that came first.
		First(ctx context.Context, name models.ID, value []byte) ([]byte, error)
	}
}

// First implements hook.Bodies.
func (b *FirstBodies) First(ctx context.Context, to *intake.Account, signature string, body []byte) (bool, error) {
	keys, err := b.Ring.Tenant(ctx, to.Tenant)
	if err != nil {
		return false, err
	}
	name := keys.Signature(to.ID, signature)
	ours := keys.SignedBody(name, body)
	kept, err := b.Kept.First(ctx, name, ours[:])
	return bytes.Equal(kept, ours[:]), err
}

// ReadingsKept is how far ahead a second time of a signature is remembered. One
// genuine push in 150 has one that is nearer.
const ReadingsKept = 400 * 24 * time.Hour

// SignedReadings remembers, for signatures that can be read with a later time, the time
// that they were first read with. It implements hook.Readings.
type SignedReadings struct {
	Ring *seal.Ring
	Kept interface {
		// KeepReading keeps a reading until a time and returns the one that came first.
		KeepReading(ctx context.Context, a social.Account, signature, reading models.ID, until time.Time) (first models.ID, err error)
		// FirstReading is the one that came first. models.NotFound: none.
		FirstReading(ctx context.Context, a social.Account, signature models.ID) (models.ID, error)
	}
	Now func() time.Time
}

// Take implements hook.Readings.
func (r *SignedReadings) Take(ctx context.Context, to *intake.Account, signature string, at int64, others []int64) (bool, error) {
	now := r.Now()
	earliest, latest := now.Add(-ReadingsKept).Unix(), now.Add(ReadingsKept).Unix()
	var until int64 // the last time that the signature has yet to be refused at
	asks := false
	for _, other := range others {
		if other > at && other <= latest {
			until = max(until, other)
		}
		asks = asks || other < at && other >= earliest
	}
	if until == 0 && !asks {
		return true, nil
	}
	keys, err := r.Ring.Tenant(ctx, to.Tenant)
	if err != nil {
		return false, err
	}
	account := social.Account{Tenant: to.Tenant, ID: to.ID}
	name := keys.Signature(to.ID, signature)
	reading := keys.SignedReading(name, at)
	var first models.ID
	if until > 0 {
		first, err = r.Kept.KeepReading(ctx, account, name, reading, time.Unix(until, 0))
	} else if first, err = r.Kept.FirstReading(ctx, account, name); models.KindOf(err) == models.NotFound {
		return true, nil
	}
	return err == nil && first == reading, err
}
