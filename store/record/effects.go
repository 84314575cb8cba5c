package record

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// The tables of a rating.
var (
	effectTable     = store.TableOf[models.Effect]()
	answerTable     = store.TableOf[models.EffectAnswer]()
	ratingTable     = store.TableOf[models.Rating]()
	liveTable       = store.TableOf[models.LiveRating]()
	endTable        = store.TableOf[models.RatingEnd]()
	provenanceTable = store.TableOf[models.RatingProvenance]()
	publicTable     = store.TableOf[models.PublicRating]()
)

// effect is a row of the exactly-once ledger. ID is random a call, and tells
// the call whose effect this is from all others with its keys.
type effect struct {
	Tenant      string
	Push, Draft models.ID
	ID          models.ID
	Kind        string
	Ref         models.ID // what the effect was: a rating or a complaint
	Answer      []byte    // "" where it was swept
	At          time.Time
	Proof       []byte // nil: none
}

func (e *effect) key() *proof.Effect {
	return &proof.Effect{Tenant: e.Tenant, Push: proof.IDOf(e.Push), ID: proof.IDOf(e.ID), RecordedAt: proof.TimeText(e.At)}
}

// An effect's answer is read through this join, as answerColumn: a row of an earlier
// version has it in itself.
const (
	answerJoin   = " LEFT JOIN effect_answers a ON a.tenant = e.tenant AND a.recorded_at = e.recorded_at AND a.id = e.id"
	answerColumn = "COALESCE(a.answer, e.answer) AS answer"
)

// held says whose an effect is.
type held uint8

const (
	heldNow     held = iota // by this transaction
	heldBefore              // by an earlier attempt of this call, which was committed after all
	heldByPush              // by another call with this push
	heldByDraft             // by another push of this draft
)

// insertEffect claims the keys of e. Where they are taken, what holds them is
// returned.
func (s *Store) insertEffect(tx *gorm.DB, e effect) (held, effect, error) {
	// Answer is empty: the finished answer stands in effect_answers. A row that holds one
	// is of an earlier version.
	added, err := store.CreateOnce(tx, &models.Effect{
		Tenant: e.Tenant, Push: e.Push, Draft: e.Draft, ID: e.ID, Kind: models.EffectKind(e.Kind), Ref: e.Ref, Answer: []byte{}, Proof: e.Proof,
		RecordedAt: models.At(e.At),
	})
	if err != nil {
		return 0, effect{}, err
	}
	if added {
		return heldNow, e, tx.Create(&models.EffectAnswer{Tenant: e.Tenant, RecordedAt: models.At(e.At), ID: e.ID, Answer: store.Blob(e.Answer)}).Error
	}
	return findEffect(tx, e)
}

// findEffect reads which effect holds the push, else the draft, of e.
// gorm.ErrRecordNotFound: none.
func findEffect(tx *gorm.DB, e effect) (held, effect, error) {
	const columns = "SELECT e.push, e.draft, e.id, e.kind, e.ref, " + answerColumn + ", e.recorded_at FROM effects e" + answerJoin + " WHERE e.tenant = ? AND e."
	got, err := scanEffect(tx, columns+"push = ?", e.Tenant, e.Push)
	switch {
	case err == nil && got.ID == e.ID:
		return heldBefore, got, nil
	case err == nil:
		return heldByPush, got, nil
	case e.Draft.IsZero():
		return 0, effect{}, err
	}
	got, err = scanEffect(tx, columns+"draft = ?", e.Tenant, e.Draft)
	return heldByDraft, got, err
}

func scanEffect(tx *gorm.DB, query, tenant string, key models.ID) (effect, error) {
	var row struct {
		Push, Draft, ID models.ID
		Kind            string
		Ref             models.ID
		Answer          []byte
		RecordedAt      models.Time
	}
	found := tx.Raw(query, tenant, key).Scan(&row)
	if found.Error != nil {
		return effect{}, found.Error
	}
	if found.RowsAffected == 0 {
		return effect{}, gorm.ErrRecordNotFound
	}
	return effect{
		Tenant: tenant, Push: row.Push, Draft: row.Draft, ID: row.ID, Kind: row.Kind, Ref: row.Ref, Answer: row.Answer, At: row.RecordedAt.Time,
	}, nil
}

// FindEffect is the finished answer, sealed, of a push that had an effect. It
// finds none where the answer was swept; the effect's keys stand all the same.
func (s *Store) FindEffect(ctx context.Context, tenant string, push models.ID) (answer []byte, found bool, err error) {
	var rows []struct{ Answer []byte }
	err = s.db.Read(ctx).Raw("SELECT "+answerColumn+" FROM effects e"+answerJoin+" WHERE e.tenant = ? AND e.push = ?", tenant, push).Scan(&rows).Error
	if err != nil || len(rows) == 0 || len(rows[0].Answer) == 0 {
		return nil, false, store.Fail("find effect", err)
	}
	return rows[0].Answer, true, nil
}

// HasEffects reports whether a tenant has any effect yet.
func (s *Store) HasEffects(ctx context.Context, tenant string) (bool, error) {
	var rows []int
	err := s.db.Read(ctx).Raw("SELECT 1 FROM effects WHERE tenant = ? LIMIT 1", tenant).Scan(&rows).Error
	return len(rows) > 0, store.Fail("effects", err)
}

// AnswersKept is how long a finished answer is kept; a platform sends a push again
// within minutes.
const AnswersKept = 10 * 24 * time.Hour

const answersPage = 1000 // rows deleted at a time

// SweepAnswers deletes the finished answers of effects that are older than ten days.
// The effects stay: a push or draft has its effect once, however late it is repeated.
func (s *Store) SweepAnswers(ctx context.Context, now time.Time) error {
	tenants, err := s.campaign.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		for more := true; more; {
			if more, err = s.sweepAnswers(ctx, t.Tenant, models.At(now.Add(-AnswersKept))); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepAnswers deletes about a page of the oldest; more says that there were more.
func (s *Store) sweepAnswers(ctx context.Context, tenant string, before models.Time) (more bool, err error) {
	var last []struct{ RecordedAt models.Time }
	if err := s.db.Read(ctx).Raw("SELECT recorded_at FROM effect_answers WHERE tenant=? AND recorded_at<? ORDER BY recorded_at LIMIT 1 OFFSET ?",
		tenant, before, answersPage).Scan(&last).Error; err != nil {
		return false, store.Fail("sweep answers", err)
	}
	if more = len(last) > 0; more {
		before = last[0].RecordedAt
	}
	err = s.db.Write(ctx, "sweep answers", func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM effect_answers WHERE tenant=? AND recorded_at<=?", tenant, before).Error
	})
	return more, err
}

// Before is what a push, else a draft, had as its effect: Repeat, or DraftDone.
// models.NotFound: neither had any. It is for what can have no effect now; one that
// can finds out in its transaction.
func (s *Store) Before(ctx context.Context, tenant, campaign string, push, draft models.ID) (ack scoring.Ack, err error) {
	h, e, err := findEffect(s.db.Primary(ctx), effect{Tenant: tenant, Push: push, Draft: draft})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ack, models.Errorf(models.NotFound, "no_effect", "neither the push nor the draft had an effect")
	}
	if err == nil {
		if err = s.recallRating(s.db.Primary(ctx), h, e, campaign, &ack); errors.Is(err, store.ErrNothing) {
			err = nil
		}
	}
	return ack, store.Fail("find effect", err)
}

// AnswersBefore counts the finished answers that are older than a time.
func (s *Store) AnswersBefore(ctx context.Context, tenant string, before time.Time) (n int64, err error) {
	err = s.db.Read(ctx).Raw("SELECT COUNT(*) FROM effect_answers WHERE tenant=? AND recorded_at<?", tenant, models.At(before)).Scan(&n).Error
	return n, store.Fail("count answers", err)
}
