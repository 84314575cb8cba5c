package main

import (
	"context"
	"time"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/social"
)

// readingsKept is how far ahead a second time of a signature is remembered. One
// genuine push in 150 has one that is nearer.
const readingsKept = 400 * 24 * time.Hour

// signedReadings remembers, for signatures that can be read with a later time, the time
// that they were first read with. It implements hook.Readings.
type signedReadings struct {
	db   *database
	ring *seal.Ring
	now  func() time.Time
}

// Take implements hook.Readings.
func (r *signedReadings) Take(ctx context.Context, to *intake.Account, signature string, at int64, others []int64) (bool, error) {
	now := r.now()
	earliest, latest := now.Add(-readingsKept).Unix(), now.Add(readingsKept).Unix()
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
	keys, err := r.ring.Tenant(ctx, to.Tenant)
	if err != nil {
		return false, err
	}
	account := social.Account{Tenant: to.Tenant, ID: to.ID}
	name := keys.Signature(to.ID, signature)
	reading := keys.SignedReading(name, at)
	var first models.ID
	if until > 0 {
		first, err = r.db.KeepReading(ctx, account, name, reading, time.Unix(until, 0))
	} else if first, err = r.db.FirstReading(ctx, account, name); models.KindOf(err) == models.NotFound {
		return true, nil
	}
	return err == nil && first == reading, err
}
