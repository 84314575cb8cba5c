package record

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// lockWindow share-locks a campaign and reads its window; nil: there is none.
func (s *Store) lockWindow(tx *gorm.DB, tenant, campaign string) (*window, error) {
	var rows []struct{ OpensAt, ClosesAt, SealedAt models.Time }
	err := tx.Raw("SELECT opens_at, closes_at, sealed_at FROM campaigns WHERE tenant=? AND id=?"+s.db.Dialect().Share, tenant, campaign).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &window{rows[0].OpensAt.Time, rows[0].ClosesAt.Time, !rows[0].SealedAt.IsZero()}, nil
}

// Withdraw takes back a person's live rating. It counts within the same window
// as a rating; the rating itself stays. Ack.Receipt is that of the rating.
// Errors are those of Writer.Submit.
func (s *Store) Withdraw(ctx context.Context, w scoring.Withdrawal) (ack scoring.Ack, err error) {
	id, err := s.db.NewID()
	if err != nil {
		return ack, err
	}
	prove, err := s.prover(ctx, w.Tenant)
	if err != nil {
		return ack, err
	}
	e := effect{
		Tenant: w.Tenant, Push: w.Push, Draft: w.Draft, ID: id, Kind: proof.KindWithdrawal, Answer: w.Answer, At: w.ReceivedAt,
	}
	err = s.db.Write(ctx, "withdraw", func(tx *gorm.DB) error {
		ack = scoring.Ack{}
		return s.withdraw(tx, w, e, prove, &ack)
	})
	return ack, err
}

func (s *Store) withdraw(tx *gorm.DB, w scoring.Withdrawal, e effect, prove proof.Prover, ack *scoring.Ack) error {
	win, err := s.lockWindow(tx, w.Tenant, w.Campaign)
	if err != nil {
		return err
	}
	seen, err := readLive(tx, w, "")
	if err != nil {
		return err
	}
	// Without a live rating nothing will be committed; the insert still tells
	// whether this push or draft had its effect before.
	if e.Ref = seen.Rating; e.Ref.IsZero() {
		e.Ref = e.ID
	}
	e.Proof = proof.Of(prove, proof.WithdrawalParts(e.key(), &proof.Rating{
		Campaign: w.Campaign, ID: proof.IDOf(e.Ref), Channel: string(w.Channel), Unit: w.Unit, Person: proof.IDOf(w.Person), Answers: seen.Answers,
	}, proof.TimeText(w.PlatformAt)))
	h, before, err := s.insertEffect(tx, e)
	if err != nil {
		return err
	}
	if h != heldNow {
		return s.recallRating(tx, h, before, w.Campaign, ack)
	}
	if ack.Verdict = win.verdict(w.PlatformAt, w.ReceivedAt); ack.Verdict != scoring.Counted {
		return store.ErrNothing
	}
	live, err := readLive(tx, w, s.db.Dialect().ForUpdate)
	if err != nil {
		return err
	}
	switch {
	case live.Rating != seen.Rating:
		return store.ErrChanged
	case live.Rating.IsZero():
		ack.Verdict = scoring.Missing
		return store.ErrNothing
	case datedBefore(w.PlatformAt, live.PlatformAt.Time):
		ack.Verdict = scoring.Outdated
		return store.ErrNothing
	}
	ack.Receipt, ack.Unit = live.Receipt, w.Unit
	if err := tx.Create(&models.RatingWithdrawal{Tenant: w.Tenant, Campaign: w.Campaign, Rating: live.Rating, PlatformAt: models.At(w.PlatformAt)}).Error; err != nil {
		return err
	}
	return s.endLive(tx, w, live, prove)
}

// endLive writes what the withdrawal of a locked live rating changes.
func (s *Store) endLive(tx *gorm.DB, w scoring.Withdrawal, live liveFound, prove proof.Prover) error {
	answers, err := models.ParseAnswers(live.Answers)
	if err != nil {
		return err
	}
	if err := endWithdrawal(tx, w, live.Rating, prove); err != nil {
		return err
	}
	if err := tx.Exec("DELETE FROM live_ratings WHERE tenant=? AND campaign=? AND channel=? AND unit=? AND person=?",
		w.Tenant, w.Campaign, w.Channel, w.Unit, w.Person).Error; err != nil {
		return err
	}
	deltas := tally.Deltas{}
	t := deltas.Of(w.Channel, w.Unit)
	t.Withdrawn++
	t.Add(answers, -1)
	return s.addTallies(tx, w.Tenant, w.Campaign, deltas)
}

// replacedRating is the rating that another one had replaced, "" for none.
func replacedRating(tx *gorm.DB, tenant, campaign string, rating models.ID) (replaced proof.AnyID, err error) {
	err = store.ScanRow(tx.Raw("SELECT MIN(rating) FROM rating_ends WHERE tenant=? AND campaign=? AND by_rating=?", tenant, campaign, rating), &replaced)
	return replaced, err
}

// endWithdrawal writes that a rating was taken back.
func endWithdrawal(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, prove proof.Prover) error {
	replaced, err := replacedRating(tx, w.Tenant, w.Campaign, rating)
	if err != nil {
		return err
	}
	return tx.Create(&models.RatingEnd{
		Tenant: w.Tenant, Campaign: w.Campaign, Rating: rating, How: models.RatingWithdrawn, EndedAt: models.At(w.ReceivedAt),
		Proof: proof.Of(prove, proof.Following(proof.EndParts(w.Tenant, w.Campaign, proof.IDOf(rating), proof.EndWithdrawn, proof.TimeText(w.ReceivedAt), ""), replaced)),
	}).Error
}

func (s *Store) addTallies(tx *gorm.DB, tenant, campaign string, d tally.Deltas) error {
	p := d.Upsert(s.db.Dialect(), tenant, campaign)
	return tx.Exec(p.SQL, p.Args...).Error
}

// liveFound is a live rating with its receipt; the zero one is none.
type liveFound struct {
	Rating           models.ID
	Answers, Receipt string
	PlatformAt       models.Time
}

func readLive(tx *gorm.DB, w scoring.Withdrawal, lock string) (liveFound, error) {
	var rows []liveFound
	// The lock is on the live row alone. A rating never changes, so its row needs none,
	// and the user of a server may not lock it on MySQL.
	const of = " FROM ratings r WHERE r.tenant = l.tenant AND r.campaign = l.campaign AND r.id = l.rating)"
	err := tx.Raw(`SELECT l.rating, l.answers, (SELECT r.receipt`+of+` AS receipt, (SELECT r.platform_at`+of+` AS platform_at FROM live_ratings l
 WHERE l.tenant=? AND l.campaign=? AND l.channel=? AND l.unit=? AND l.person=?`+lock,
		w.Tenant, w.Campaign, w.Channel, w.Unit, w.Person).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return liveFound{}, err
	}
	return rows[0], nil
}

// recallRating is the ack for keys that had their effect before: for an earlier
// attempt of this very call as if it were now, else what the other call did.
func (s *Store) recallRating(tx *gorm.DB, h held, e effect, campaign string, ack *scoring.Ack) error {
	if h == heldByPush && len(e.Answer) > 0 {
		*ack = scoring.Ack{Verdict: scoring.Repeat, Answer: e.Answer}
		return store.ErrNothing
	}
	var r struct{ Receipt, Unit string }
	if err := tx.Raw("SELECT receipt, unit FROM ratings WHERE tenant=? AND campaign=? AND id=?", e.Tenant, campaign, e.Ref).Scan(&r).Error; err != nil {
		return err
	}
	*ack = scoring.Ack{Verdict: scoring.DraftDone, Receipt: r.Receipt, Unit: r.Unit, At: e.At}
	if h == heldBefore {
		ack.Verdict = scoring.Counted
	}
	return store.ErrNothing
}
