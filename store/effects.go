package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// Kinds of effect, and how a rating can end.
const (
	kindRating     = "rating"
	kindWithdrawal = "withdrawal"
	kindReason     = "reason"
	kindComplaint  = "complaint"

	endSuperseded = "superseded"
	endWithdrawn  = "withdrawn"
	endExcluded   = "excluded"
)

const (
	effectInto   = "INSERT INTO effects (tenant,push,draft,id,kind,ref,answer,recorded_at)"
	effectInsert = effectInto + " VALUES "
	liveInsert   = "INSERT INTO live_ratings (tenant,campaign,channel,unit,person,rating,answers) VALUES "
	endInsert    = "INSERT INTO rating_ends (tenant,campaign,rating,how,ended_at,by_rating) VALUES "
)

// effect is a row of the exactly-once ledger. ID is random a call, and tells
// the call whose effect this is from all others with its keys.
type effect struct {
	Tenant      string
	Push, Draft models.ID
	ID          models.ID
	Kind        string
	Ref         models.ID // what the effect was: a rating or a complaint
	Answer      []byte
	At          time.Time
}

// held says whose an effect is.
type held uint8

const (
	heldNow     held = iota // by this transaction
	heldBefore              // by an earlier attempt of this call, which was committed after all
	heldByPush              // by another call with this push
	heldByDraft             // by another push of this draft
)

// insertEffect claims the keys of e. Where they are taken, what holds them is
// returned. The insert counts a row only where it put one in; that is why the
// connection must not ask for found rows.
func (db *DB) insertEffect(tx *gorm.DB, e effect) (held, effect, error) {
	done := tx.Exec(effectInsert+tuples(1, 8)+db.dialect.onConflictKeep("id"),
		e.Tenant, raw(e.Push), raw(e.Draft), raw(e.ID), e.Kind, raw(e.Ref), blob(e.Answer), text(e.At))
	if done.Error != nil {
		return 0, effect{}, done.Error
	}
	if done.RowsAffected == 1 {
		return heldNow, e, nil
	}
	return findEffect(tx, e)
}

// findEffect reads which effect holds the push, else the draft, of e.
// gorm.ErrRecordNotFound: none.
func findEffect(tx *gorm.DB, e effect) (held, effect, error) {
	const columns = "SELECT push, draft, id, kind, ref, answer, recorded_at FROM effects WHERE tenant = ? AND "
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
		RecordedAt      stamp
	}
	found := tx.Raw(query, tenant, raw(key)).Scan(&row)
	if found.Error != nil {
		return effect{}, found.Error
	}
	if found.RowsAffected == 0 {
		return effect{}, gorm.ErrRecordNotFound
	}
	return effect{tenant, row.Push, row.Draft, row.ID, row.Kind, row.Ref, row.Answer, row.RecordedAt.Time}, nil
}

// FindEffect is the finished answer, sealed, of a push that had an effect.
func (db *DB) FindEffect(ctx context.Context, tenant string, push models.ID) (answer []byte, found bool, err error) {
	var rows []struct{ Answer []byte }
	err = db.read.WithContext(ctx).Raw("SELECT answer FROM effects WHERE tenant = ? AND push = ?", tenant, raw(push)).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, false, fail("find effect", err)
	}
	return rows[0].Answer, true, nil
}

// blob binds a byte string; the nil slice is the empty one, not NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
