package record

import (
	"context"
	"errors"
	"strconv"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// Exclude leaves a live rating out, with a reason. It reports false where the
// rating is not live. models.Conflict: the campaign is settled.
func (s *Store) Exclude(ctx context.Context, tenant, campaign string, rating models.ID, reason string, a scoring.Act) (done bool, err error) {
	prove, err := s.prover(ctx, tenant)
	if err != nil {
		return false, err
	}
	again := false
	err = s.db.Write(ctx, "exclude", func(tx *gorm.DB) error {
		rerun := again
		done, again = false, true
		w, seq, err := s.lockForExclusion(tx, tenant, campaign, rating, a)
		if err == nil && seq%2 == 1 && rerun {
			done, err = noted(tx, w, rating, seq, reason, a)
		}
		if err != nil || seq%2 == 1 {
			return err
		}
		live, err := readLive(tx, w, s.db.Dialect().ForUpdate)
		if err != nil || live.Rating != rating {
			return err
		}
		answers, err := models.ParseAnswers(live.Answers)
		if err != nil {
			return err
		}
		done = true
		if err := tx.Exec("DELETE FROM live_ratings WHERE tenant=? AND campaign=? AND channel=? AND unit=? AND person=?",
			tenant, campaign, w.Channel, w.Unit, w.Person).Error; err != nil {
			return err
		}
		return s.addExclusion(tx, w, rating, answers, seq+1, reason, a, prove)
	})
	return done, err
}

// Restore takes back the exclusion of a rating. A rating whose text was deleted
// meanwhile stays withdrawn. It reports false where the rating is not excluded.
// models.Conflict: the campaign is settled, or the person has a newer rating.
func (s *Store) Restore(ctx context.Context, tenant, campaign string, rating models.ID, reason string, a scoring.Act) (done bool, err error) {
	prove, err := s.prover(ctx, tenant)
	if err != nil {
		return false, err
	}
	again := false
	err = s.db.Write(ctx, "restore", func(tx *gorm.DB) error {
		rerun := again
		done, again = false, true
		w, seq, err := s.lockForExclusion(tx, tenant, campaign, rating, a)
		if err == nil && seq%2 == 0 && rerun {
			done, err = noted(tx, w, rating, seq, reason, a)
		}
		if err != nil || seq%2 == 0 {
			return err
		}
		gone, err := s.withdrawnMeanwhile(tx, w, rating, prove)
		if err != nil {
			return err
		}
		if gone {
			done = true
			return noteExclusion(tx, w, rating, seq+1, reason, a, prove)
		}
		var stored string
		if err := store.ScanRow(tx.Raw("SELECT answers FROM ratings WHERE tenant=? AND campaign=? AND id=?", tenant, campaign, rating), &stored); err != nil {
			return err
		}
		answers, err := models.ParseAnswers(stored)
		if err != nil {
			return err
		}
		added := liveTable.Put(tx, models.LiveRating{
			Tenant: tenant, Campaign: campaign, Channel: w.Channel, Unit: w.Unit, Person: w.Person, Rating: rating, Answers: stored,
		}, s.db.Dialect().OnConflictKeep("rating"))
		if added.Error == nil && added.RowsAffected == 0 {
			return models.Errorf(models.Conflict, "newer_rating", "the person rated the unit again meanwhile")
		}
		done = true
		return errors.Join(added.Error, s.addExclusion(tx, w, rating, answers, seq+1, reason, a, prove))
	})
	return done, err
}

// lockForExclusion keeps everybody else out of the campaign, for exclusions are
// few, and reads the rating and how many events it has.
func (s *Store) lockForExclusion(tx *gorm.DB, tenant, campaign string, rating models.ID, a scoring.Act) (scoring.Withdrawal, int, error) {
	w := scoring.Withdrawal{Tenant: tenant, Campaign: campaign, ReceivedAt: a.At}
	var rows []struct{ SettledAt models.Time }
	if err := tx.Raw("SELECT settled_at FROM campaigns WHERE tenant=? AND id=?"+s.db.Dialect().ForUpdate, tenant, campaign).Scan(&rows).Error; err != nil {
		return w, 0, err
	}
	switch {
	case len(rows) == 0:
		return w, 0, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
	case !rows[0].SettledAt.IsZero():
		return w, 0, models.Errorf(models.Conflict, "settled", "the campaign %s is settled", campaign)
	}
	var found []struct {
		Channel models.Channel
		Unit    string
		Person  models.ID
	}
	if err := tx.Raw("SELECT channel, unit, person FROM ratings WHERE tenant=? AND campaign=? AND id=?", tenant, campaign, rating).Scan(&found).Error; err != nil {
		return w, 0, err
	}
	if len(found) == 0 {
		return w, 0, models.Errorf(models.NotFound, "unknown_rating", "there is no such rating")
	}
	w.Channel, w.Unit, w.Person = found[0].Channel, found[0].Unit, found[0].Person
	var seq int
	err := store.ScanRow(tx.Raw("SELECT COUNT(*) FROM rating_exclusions WHERE tenant=? AND campaign=? AND rating=?", tenant, campaign, rating), &seq)
	return w, seq, err
}

// withdrawnMeanwhile reports whether an excluded rating was taken back. One whose
// deleted text was only noted is ended here: a version before this one left it at
// that.
func (s *Store) withdrawnMeanwhile(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, prove proof.Prover) (bool, error) {
	ended, err := hasEnded(tx, w, rating)
	if err != nil || ended {
		return ended, err
	}
	var n int64
	if err := store.ScanRow(tx.Raw(`SELECT COUNT(*) FROM public_ratings p
 JOIN ratings r ON r.tenant = p.tenant AND r.campaign = p.campaign AND r.id = p.rating
 JOIN social_retractions x ON x.tenant = p.tenant AND x.account = r.account AND x.item = p.item
 WHERE p.tenant=? AND p.campaign=? AND p.rating=?`, w.Tenant, w.Campaign, rating), &n); err != nil || n == 0 {
		return false, err
	}
	return true, s.endExcluded(tx, w, rating, prove)
}

func hasEnded(tx *gorm.DB, w scoring.Withdrawal, rating models.ID) (bool, error) {
	var n int64
	err := store.ScanRow(tx.Raw("SELECT COUNT(*) FROM rating_ends WHERE tenant=? AND campaign=? AND rating=?", w.Tenant, w.Campaign, rating), &n)
	return n > 0, err
}

// endExcluded writes what the withdrawal of an excluded rating changes: from now
// on it counts as withdrawn.
func (s *Store) endExcluded(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, prove proof.Prover) error {
	if err := endWithdrawal(tx, w, rating, prove); err != nil {
		return err
	}
	deltas := tally.Deltas{}
	t := deltas.Of(w.Channel, w.Unit)
	t.Excluded--
	t.Withdrawn++
	return s.addTallies(tx, w.Tenant, w.Campaign, deltas)
}

func noteExclusion(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, seq int, reason string, a scoring.Act, prove proof.Prover) error {
	replaced, err := replacedRating(tx, w.Tenant, w.Campaign, rating)
	if err != nil {
		return err
	}
	return tx.Create(&models.RatingExclusion{
		Tenant: w.Tenant, Campaign: w.Campaign, Rating: rating, Seq: seq, Reason: reason, Note: a.Note, ByName: a.By, ApprovedBy: a.ApprovedBy,
		HappenedAt: models.At(a.At), Via: a.Via,
		Proof: proof.Of(prove, proof.Following(proof.ExclusionParts(w.Tenant, w.Campaign, proof.IDOf(rating), strconv.Itoa(seq), reason, &a), replaced)),
	}).Error
}

// noted reports whether an event is this very act: an earlier attempt, whose
// answer was lost, was committed after all.
func noted(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, seq int, reason string, a scoring.Act) (bool, error) {
	var n int64
	err := store.ScanRow(tx.Raw(`SELECT COUNT(*) FROM rating_exclusions WHERE tenant=? AND campaign=? AND rating=? AND seq=?
 AND reason=? AND note=? AND by_name=? AND approved_by=? AND happened_at=?`,
		w.Tenant, w.Campaign, rating, seq, reason, a.Note, a.By, a.ApprovedBy, models.At(a.At)), &n)
	return n > 0, err
}

func (s *Store) addExclusion(tx *gorm.DB, w scoring.Withdrawal, rating models.ID, answers models.Answers, seq int, reason string, a scoring.Act, prove proof.Prover) error {
	if err := noteExclusion(tx, w, rating, seq, reason, a, prove); err != nil {
		return err
	}
	deltas := tally.Deltas{}
	t, sign := deltas.Of(w.Channel, w.Unit), int64(1)
	if seq%2 == 0 {
		sign = -1
	}
	t.Excluded += sign
	t.Add(answers, -sign)
	return s.addTallies(tx, w.Tenant, w.Campaign, deltas)
}
