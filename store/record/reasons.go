package record

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// AddReason adds a tapped reason to a rating of this person, until the seal. A
// reason that the rating has already is counted again without a second row.
// Missing: no rating of this person has the receipt.
func (s *Store) AddReason(ctx context.Context, r scoring.Reason) (ack scoring.Ack, err error) {
	id, err := s.db.NewID()
	if err != nil {
		return ack, err
	}
	prove, err := s.prover(ctx, r.Tenant)
	if err != nil {
		return ack, err
	}
	e := effect{Tenant: r.Tenant, Push: r.Push, ID: id, Kind: proof.KindReason, Answer: r.Answer, At: r.ReceivedAt}
	err = s.db.Write(ctx, "add reason", func(tx *gorm.DB) error {
		ack = scoring.Ack{}
		return s.addReason(tx, r, e, prove, &ack)
	})
	return ack, err
}

func (s *Store) addReason(tx *gorm.DB, r scoring.Reason, e effect, prove proof.Prover, ack *scoring.Ack) error {
	var of struct {
		Campaign, Unit string
		ID             models.ID
	}
	err := tx.Raw("SELECT campaign, unit, id FROM ratings WHERE tenant=? AND receipt=? AND person=?", r.Tenant, r.Receipt, r.Person).Scan(&of).Error
	if err != nil {
		return err
	}
	if of.ID.IsZero() {
		return s.missing(tx, e, ack)
	}
	win, err := s.lockWindow(tx, r.Tenant, of.Campaign)
	if err != nil {
		return err
	}
	e.Ref = of.ID
	e.Proof = proof.Of(prove, proof.ReasonParts(e.key(), &proof.Rating{Campaign: of.Campaign, ID: proof.IDOf(of.ID), Unit: of.Unit}, r.Reason))
	h, before, err := s.insertEffect(tx, e)
	if err != nil {
		return err
	}
	if h != heldNow {
		return s.recallRating(tx, h, before, of.Campaign, ack)
	}
	if win == nil || win.sealed {
		ack.Verdict = scoring.TooLate
		return store.ErrNothing
	}
	*ack = scoring.Ack{Verdict: scoring.Counted, Receipt: r.Receipt, Unit: of.Unit}
	_, err = store.CreateOnce(tx, &models.RatingReason{Tenant: r.Tenant, Rating: of.ID, Reason: r.Reason, GivenAt: models.At(r.ReceivedAt)})
	return err
}

// missing is Missing, unless the push had another effect before.
func (s *Store) missing(tx *gorm.DB, e effect, ack *scoring.Ack) error {
	_, before, err := findEffect(tx, e)
	switch {
	case err == nil && len(before.Answer) > 0:
		*ack = scoring.Ack{Verdict: scoring.Repeat, Answer: before.Answer}
	case err == nil, errors.Is(err, gorm.ErrRecordNotFound):
		ack.Verdict = scoring.Missing
	default:
		return err
	}
	return store.ErrNothing
}
