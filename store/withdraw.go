package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
)

// lockWindow share-locks a campaign and reads its window; nil: there is none.
func (db *DB) lockWindow(tx *gorm.DB, tenant, campaign string) (*window, error) {
	var rows []struct{ OpensAt, ClosesAt, SealedAt stamp }
	err := tx.Raw("SELECT opens_at, closes_at, sealed_at FROM campaigns WHERE tenant=? AND id=?"+db.Dialect().share, tenant, campaign).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &window{rows[0].OpensAt.Time, rows[0].ClosesAt.Time, !rows[0].SealedAt.IsZero()}, nil
}

// Withdraw takes back a person's live rating. It counts within the same window
// as a rating; the rating itself stays. Ack.Receipt is that of the rating.
// Errors are those of Writer.Submit.
func (db *DB) Withdraw(ctx context.Context, w scoring.Withdrawal) (ack scoring.Ack, err error) {
	id, err := db.newID()
	if err != nil {
		return ack, err
	}
	prove, err := db.prover(ctx, w.Tenant)
	if err != nil {
		return ack, err
	}
	e := effect{
		Tenant: w.Tenant, Push: w.Push, Draft: w.Draft, ID: id, Kind: kindWithdrawal, Answer: w.Answer, At: w.ReceivedAt,
	}
	err = db.Write(ctx, "withdraw", func(tx *gorm.DB) error {
		ack = scoring.Ack{}
		return db.withdraw(tx, w, e, prove, &ack)
	})
	return ack, err
}

func (db *DB) withdraw(tx *gorm.DB, w scoring.Withdrawal, e effect, prove Prover, ack *scoring.Ack) error {
	win, err := db.lockWindow(tx, w.Tenant, w.Campaign)
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
	e.Proof = proof(prove, withdrawalParts(e.key(), &provenRating{
		campaign: w.Campaign, id: idOf(e.Ref), channel: string(w.Channel), unit: w.Unit, person: idOf(w.Person), answers: seen.Answers,
	}, stampText(w.PlatformAt)))
	h, before, err := db.insertEffect(tx, e)
	if err != nil {
		return err
	}
	if h != heldNow {
		return db.recallRating(tx, h, before, w.Campaign, ack)
	}
	if ack.Verdict = win.verdict(w.PlatformAt, w.ReceivedAt); ack.Verdict != scoring.Counted {
		return errNothing
	}
	live, err := readLive(tx, w, db.Dialect().forUpdate)
	if err != nil {
		return err
	}
	switch {
	case live.Rating != seen.Rating:
		return errChanged
	case live.Rating.IsZero():
		ack.Verdict = scoring.Missing
		return errNothing
	case datedBefore(w.PlatformAt, live.PlatformAt.Time):
		ack.Verdict = scoring.Outdated
		return errNothing
	}
	ack.Receipt, ack.Unit = live.Receipt, w.Unit
	if err := tx.Exec("INSERT INTO rating_withdrawals (tenant,campaign,rating,platform_at) VALUES "+tuples(1, 4),
		w.Tenant, w.Campaign, raw(live.Rating), text(w.PlatformAt)).Error; err != nil {
		return err
	}
	return db.endLive(tx, w, live, prove)
}

// endLive writes what the withdrawal of a locked live rating changes.
func (db *DB) endLive(tx *gorm.DB, w scoring.Withdrawal, live liveFound, prove Prover) error {
	answers, err := models.ParseAnswers(live.Answers)
	if err != nil {
		return err
	}
	if err := endWithdrawal(tx, w, live.Rating, prove); err != nil {
		return err
	}
	if err := tx.Exec("DELETE FROM live_ratings WHERE tenant=? AND campaign=? AND channel=? AND unit=? AND person=?",
		w.Tenant, w.Campaign, w.Channel, w.Unit, raw(w.Person)).Error; err != nil {
		return err
	}
	deltas := tallyDeltas{}
	t := deltas.of(w.Channel, w.Unit)
	t.Withdrawn++
	t.Add(answers, -1)
	return db.addTallies(tx, w.Tenant, w.Campaign, deltas)
}

// replacedRating is the rating that another one had replaced, "" for none.
func replacedRating(tx *gorm.DB, tenant, campaign string, rating models.ID) (replaced anyID, err error) {
	err = tx.Raw("SELECT MIN(rating) FROM rating_ends WHERE tenant=? AND campaign=? AND by_rating=?", tenant, campaign, raw(rating)).Row().Scan(&replaced)
	return replaced, err
}

// endWithdrawal writes that a rating was taken back.
func endWithdrawal(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, prove Prover) error {
	replaced, err := replacedRating(tx, w.Tenant, w.Campaign, rating)
	if err != nil {
		return err
	}
	return tx.Exec(endInsert+tuples(1, endWidth), w.Tenant, w.Campaign, raw(rating), endWithdrawn, text(w.ReceivedAt), nil,
		proof(prove, following(endParts(w.Tenant, w.Campaign, idOf(rating), endWithdrawn, stampText(w.ReceivedAt), ""), replaced))).Error
}

func (db *DB) addTallies(tx *gorm.DB, tenant, campaign string, d tallyDeltas) error {
	p := d.upsert(db.dialect, tenant, campaign)
	return tx.Exec(p.sql, p.args...).Error
}

// liveFound is a live rating with its receipt; the zero one is none.
type liveFound struct {
	Rating           models.ID
	Answers, Receipt string
	PlatformAt       stamp
}

func readLive(tx *gorm.DB, w scoring.Withdrawal, lock string) (liveFound, error) {
	var rows []liveFound
	// The lock is on the live row alone. A rating never changes, so its row needs none,
	// and the user of a server may not lock it on MySQL.
	const of = " FROM ratings r WHERE r.tenant = l.tenant AND r.campaign = l.campaign AND r.id = l.rating)"
	err := tx.Raw(`SELECT l.rating, l.answers, (SELECT r.receipt`+of+` AS receipt, (SELECT r.platform_at`+of+` AS platform_at FROM live_ratings l
 WHERE l.tenant=? AND l.campaign=? AND l.channel=? AND l.unit=? AND l.person=?`+lock,
		w.Tenant, w.Campaign, w.Channel, w.Unit, raw(w.Person)).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return liveFound{}, err
	}
	return rows[0], nil
}

// recallRating is the ack for keys that had their effect before: for an earlier
// attempt of this very call as if it were now, else what the other call did.
func (db *DB) recallRating(tx *gorm.DB, h held, e effect, campaign string, ack *scoring.Ack) error {
	if h == heldByPush && len(e.Answer) > 0 {
		*ack = scoring.Ack{Verdict: scoring.Repeat, Answer: e.Answer}
		return errNothing
	}
	var r struct{ Receipt, Unit string }
	if err := tx.Raw("SELECT receipt, unit FROM ratings WHERE tenant=? AND campaign=? AND id=?", e.Tenant, campaign, raw(e.Ref)).Scan(&r).Error; err != nil {
		return err
	}
	*ack = scoring.Ack{Verdict: scoring.DraftDone, Receipt: r.Receipt, Unit: r.Unit, At: e.At}
	if h == heldBefore {
		ack.Verdict = scoring.Counted
	}
	return errNothing
}

// AddReason adds a tapped reason to a rating of this person, until the seal. A
// reason that the rating has already is counted again without a second row.
// Missing: no rating of this person has the receipt.
func (db *DB) AddReason(ctx context.Context, r scoring.Reason) (ack scoring.Ack, err error) {
	id, err := db.newID()
	if err != nil {
		return ack, err
	}
	prove, err := db.prover(ctx, r.Tenant)
	if err != nil {
		return ack, err
	}
	e := effect{Tenant: r.Tenant, Push: r.Push, ID: id, Kind: kindReason, Answer: r.Answer, At: r.ReceivedAt}
	err = db.Write(ctx, "add reason", func(tx *gorm.DB) error {
		ack = scoring.Ack{}
		return db.addReason(tx, r, e, prove, &ack)
	})
	return ack, err
}

func (db *DB) addReason(tx *gorm.DB, r scoring.Reason, e effect, prove Prover, ack *scoring.Ack) error {
	var of struct {
		Campaign, Unit string
		ID             models.ID
	}
	err := tx.Raw("SELECT campaign, unit, id FROM ratings WHERE tenant=? AND receipt=? AND person=?", r.Tenant, r.Receipt, raw(r.Person)).Scan(&of).Error
	if err != nil {
		return err
	}
	if of.ID.IsZero() {
		return db.missing(tx, e, ack)
	}
	win, err := db.lockWindow(tx, r.Tenant, of.Campaign)
	if err != nil {
		return err
	}
	e.Ref = of.ID
	e.Proof = proof(prove, reasonParts(e.key(), &provenRating{campaign: of.Campaign, id: idOf(of.ID), unit: of.Unit}, r.Reason))
	h, before, err := db.insertEffect(tx, e)
	if err != nil {
		return err
	}
	if h != heldNow {
		return db.recallRating(tx, h, before, of.Campaign, ack)
	}
	if win == nil || win.sealed {
		ack.Verdict = scoring.TooLate
		return errNothing
	}
	*ack = scoring.Ack{Verdict: scoring.Counted, Receipt: r.Receipt, Unit: of.Unit}
	_, err = addOnce(tx, "INSERT INTO rating_reasons (tenant,rating,reason,given_at) VALUES "+tuples(1, 4), r.Tenant, raw(of.ID), r.Reason, text(r.ReceivedAt))
	return err
}

// missing is Missing, unless the push had another effect before.
func (db *DB) missing(tx *gorm.DB, e effect, ack *scoring.Ack) error {
	_, before, err := findEffect(tx, e)
	switch {
	case err == nil && len(before.Answer) > 0:
		*ack = scoring.Ack{Verdict: scoring.Repeat, Answer: before.Answer}
	case err == nil, errors.Is(err, gorm.ErrRecordNotFound):
		ack.Verdict = scoring.Missing
	default:
		return err
	}
	return errNothing
}
