package record

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// publicWindow is what a public rating is checked against beside the window.
type publicWindow struct{ sealed bool }

func isPublic(s *scoring.Submission) bool { return !s.Source.IsZero() }

// verdict says whether a submission is in time. A public text is fetched, not
// sent to us, so it has until the settlement, and a seal of its own.
func (b *batch) verdict(s *scoring.Submission) scoring.Verdict {
	w := b.window
	switch {
	case !isPublic(s):
		return w.verdict(s.PlatformAt, s.ReceivedAt)
	case w == nil:
		return scoring.Missing
	case b.public.sealed, !s.PlatformAt.Before(w.Closes), s.ReceivedAt.After(w.Closes.Add(scoring.PublicGrace)):
		return scoring.TooLate
	case s.PlatformAt.Before(w.Opens):
		return scoring.TooEarly
	}
	return scoring.Counted
}

// readPublicSeal reads the seal of the public record where a public rating asks
// for it; the campaign's row, which guards the seal, is locked by then.
func (b *batch) readPublicSeal(jobs []*job) []store.Statement {
	b.public = publicWindow{}
	for _, j := range jobs {
		if !isPublic(j.sub) {
			continue
		}
		return []store.Statement{{
			SQL: "SELECT sealed_at FROM public_seals WHERE tenant=? AND campaign=?", Args: []any{j.sub.Tenant, j.sub.Campaign},
			Rows: func(r *sql.Rows) error {
				var at models.Time
				b.public.sealed = true
				return r.Scan(&at)
			},
		}}
	}
	return nil
}

// sources puts in which public texts the ratings of b.in were read from.
func (b *batch) sources() []store.Statement {
	var rows []models.PublicRating
	for _, j := range b.in {
		if s := j.sub; isPublic(s) {
			rows = append(rows, models.PublicRating{Tenant: s.Tenant, Campaign: s.Campaign, Rating: s.Rating, Item: s.Source})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return []store.Statement{publicTable.Insert(rows, "")}
}

// refusePublic gives their verdict to public ratings that may not stand: their
// live rows are locked, so what it reads stays true. It reports true where the
// transaction must not go on; the others are then run again.
func (b *batch) refusePublic(ctx context.Context, conn *sql.Conn) (refused bool, err error) {
	jobs := map[models.ID]*job{} // by rating
	for _, j := range b.in {
		if isPublic(j.sub) {
			jobs[j.sub.Rating] = j
		}
	}
	if len(jobs) == 0 {
		return false, nil
	}
	standing := map[models.ID]scoring.Verdict{} // by the refused rating
	parts := append(b.readStanding(jobs, standing), b.readTakenBack(jobs, standing)...)
	for _, p := range parts { // each in a packet of its own: they are few
		if err := b.db.Dialect().RunScript(ctx, conn, p); err != nil {
			return false, err
		}
	}
	for i, j := range b.jobs {
		if v, ok := standing[j.sub.Rating]; ok {
			b.verdicts[i] = &scoring.Ack{Verdict: v}
		}
	}
	return len(standing) > 0, nil
}

// readStanding compares public ratings with the live ones that they would
// replace.
func (b *batch) readStanding(jobs map[models.ID]*job, standing map[models.ID]scoring.Verdict) []store.Statement {
	by := map[models.ID]*job{} // by the rating that would be replaced
	var args []any
	for mine, row := range b.replaced {
		if j := jobs[mine]; j != nil {
			by[row.rating] = j
			args = append(args, store.IDBytes(row.rating))
		}
	}
	if len(by) == 0 {
		return nil
	}
	s := b.in[0].sub
	return []store.Statement{{
		SQL: `SELECT r.id, r.platform_at, p.item FROM ratings r
 LEFT JOIN public_ratings p ON p.tenant = r.tenant AND p.campaign = r.campaign AND p.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND r.id IN ` + store.Tuples(1, len(args)),
		Args: append([]any{s.Tenant, s.Campaign}, args...),
		Rows: func(r *sql.Rows) error {
			var id, item models.ID
			var at models.Time
			if err := r.Scan(&id, &at, &item); err != nil {
				return fmt.Errorf("scan rating: %w", err)
			}
			switch s := by[id].sub; {
			case item.IsZero():
				standing[s.Rating] = scoring.FullStands
			case !later(s, at.Time, item):
				standing[s.Rating] = scoring.LaterStands
			}
			return nil
		},
	}}
}

// later reports whether the public text of s is later than the one of at. Of two
// in one second, which is the platform's unit, it must not depend on which came
// to us first.
func later(s *scoring.Submission, at time.Time, item models.ID) bool {
	if own := s.PlatformAt.Truncate(time.Millisecond); !own.Equal(at) {
		return own.After(at)
	}
	return bytes.Compare(s.Source[:], item[:]) > 0
}

// readTakenBack finds public ratings whose person took back a rating of the unit
// after they wrote the text, and those whose text was found deleted.
func (b *batch) readTakenBack(jobs map[models.ID]*job, standing map[models.ID]scoring.Verdict) []store.Statement {
	first := b.in[0].sub
	byKey, bySource := map[liveKey]*job{}, map[models.ID]*job{}
	persons, items := []any{first.Tenant, first.Campaign, proof.EndWithdrawn}, []any{first.Tenant, first.Account}
	for _, j := range jobs {
		byKey[keyOf(j.sub)], bySource[j.sub.Source] = j, j
		persons, items = append(persons, store.IDBytes(j.sub.Person)), append(items, store.IDBytes(j.sub.Source))
	}
	in := store.Tuples(1, len(jobs))
	return []store.Statement{{
		SQL: `SELECT r.channel, r.unit, r.person, e.ended_at FROM ratings r
 JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 LEFT JOIN public_ratings p ON p.tenant = r.tenant AND p.campaign = r.campaign AND p.rating = r.id
 LEFT JOIN social_retractions x ON x.tenant = p.tenant AND x.account = r.account AND x.item = p.item AND x.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND e.how=? AND x.item IS NULL AND r.person IN ` + in,
		Args: persons,
		Rows: func(r *sql.Rows) error {
			var k liveKey
			var ended models.Time
			if err := r.Scan(&k.channel, &k.unit, &k.person, &ended); err != nil {
				return fmt.Errorf("scan withdrawn rating: %w", err)
			}
			if j := byKey[k]; j != nil && ended.After(j.sub.PlatformAt) {
				standing[j.sub.Rating] = scoring.LaterStands
			}
			return nil
		},
	}, {
		SQL: "SELECT item FROM social_retractions WHERE tenant=? AND account=? AND item IN " + in, Args: items,
		Rows: func(r *sql.Rows) error {
			var item models.ID
			if err := r.Scan(&item); err != nil {
				return fmt.Errorf("scan retraction: %w", err)
			}
			standing[bySource[item].sub.Rating] = scoring.LaterStands
			return nil
		},
	}}
}

// SealPublic closes the record of public ratings of a campaign for good, as Seal
// closes that of the others. It reports whether this call set the seal.
func (s *Store) SealPublic(ctx context.Context, tenant, campaign string, now time.Time) (sealed bool, err error) {
	err = s.db.Write(ctx, "seal public record", func(tx *gorm.DB) error {
		sealed = false
		if err := s.campaign.Bump(tx, tenant); err != nil {
			return err
		}
		if err := s.campaign.LockExclusive(tx, tenant, campaign); err != nil {
			return err
		}
		sealed, err = store.CreateOnce(tx, &models.PublicSeal{Tenant: tenant, Campaign: campaign, SealedAt: models.At(now)})
		return err
	})
	return sealed, err
}

// PublicSealed reports when the public record of a campaign was sealed; zero: it
// is open.
func (s *Store) PublicSealed(ctx context.Context, tenant, campaign string) (time.Time, error) {
	var rows []struct{ SealedAt models.Time }
	err := s.db.Read(ctx).Raw("SELECT sealed_at FROM public_seals WHERE tenant=? AND campaign=?", tenant, campaign).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return time.Time{}, store.Fail("public seal", err)
	}
	return rows[0].SealedAt.Time, nil
}

// DueForPublicSeal lists the campaigns of all tenants whose public record can
// take nothing more: the grace is over and no text that was fetched within it
// waits to be read.
func (s *Store) DueForPublicSeal(ctx context.Context, now time.Time) ([]models.CampaignKey, error) {
	var list []models.CampaignKey
	err := s.db.Read(ctx).Raw(`SELECT c.tenant, c.id AS campaign FROM campaigns c
 JOIN campaign_channels h ON h.tenant = c.tenant AND h.campaign = c.id AND h.channel = ?
 LEFT JOIN public_seals s ON s.tenant = c.tenant AND s.campaign = c.id
 WHERE c.closes_at < ? AND s.sealed_at IS NULL
 AND NOT EXISTS (SELECT 1 FROM social_items i WHERE i.tenant = c.tenant AND i.done = 0 AND i.platform_at < c.closes_at)
 ORDER BY c.tenant, c.id`, models.Social, models.At(now.Add(-scoring.PublicGrace))).Scan(&list).Error
	return list, store.Fail("due for public seal", err)
}

// PublicRating is the rating that a public text became. models.NotFound: none.
func (s *Store) PublicRating(ctx context.Context, tenant string, item models.ID) (models.ID, error) {
	return publicRating(s.db.Primary(ctx), tenant, item)
}

func publicRating(tx *gorm.DB, tenant string, item models.ID) (models.ID, error) {
	var rows []struct{ Rating models.ID }
	if err := tx.Raw("SELECT rating FROM public_ratings WHERE tenant=? AND item=?", tenant, store.IDBytes(item)).Scan(&rows).Error; err != nil {
		return models.ID{}, store.Fail("public rating", err)
	}
	if len(rows) == 0 {
		return models.ID{}, models.Errorf(models.NotFound, "no_rating", "the text became no rating")
	}
	return rows[0].Rating, nil
}

// Retract withdraws the rating that was read from a public text, which its
// author deleted, also while it is excluded. A rating that was replaced or taken
// back stays what it became. Once a text: a second call changes nothing. It
// reports whether a rating was withdrawn. models.Conflict: the public record is
// sealed.
func (s *Store) Retract(ctx context.Context, tenant, account, campaign string, item models.ID, now time.Time) (withdrawn bool, err error) {
	prove, err := s.prover(ctx, tenant)
	if err != nil {
		return false, err
	}
	err = s.db.Write(ctx, "retract", func(tx *gorm.DB) error {
		withdrawn = false
		// Exclusively: no reader of this very text may commit meanwhile.
		if err := s.campaign.LockExclusive(tx, tenant, campaign); err != nil {
			return err
		}
		sealed, err := publicSealed(tx, tenant, campaign)
		if err != nil {
			return err
		}
		if sealed {
			return models.Errorf(models.Conflict, "public_sealed", "the public record of %s is sealed", campaign)
		}
		rating, err := publicRating(tx, tenant, item)
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		added, err := store.CreateOnce(tx, &models.SocialRetraction{
			Tenant: tenant, Account: account, Item: item, Rating: rating, NoticedAt: models.At(now),
			Proof: proof.Of(prove, proof.RetractionParts(tenant, account, proof.IDOf(item), proof.IDOf(rating), proof.TimeText(now))),
		})
		if err != nil || !added || rating.IsZero() {
			return err
		}
		withdrawn, err = s.endPublic(tx, tenant, campaign, rating, now, prove)
		return err
	})
	return withdrawn, err
}

func publicSealed(tx *gorm.DB, tenant, campaign string) (bool, error) {
	var n int64
	err := tx.Raw("SELECT COUNT(*) FROM public_seals WHERE tenant=? AND campaign=?", tenant, campaign).Scan(&n).Error
	return n > 0, err
}

// endPublic withdraws a rating if it is live or excluded.
func (s *Store) endPublic(tx *gorm.DB, tenant, campaign string, rating models.ID, now time.Time, prove proof.Prover) (bool, error) {
	w := scoring.Withdrawal{Tenant: tenant, Campaign: campaign, ReceivedAt: now}
	var rows []struct {
		Channel models.Channel
		Unit    string
		Person  models.ID
	}
	if err := tx.Raw("SELECT channel, unit, person FROM ratings WHERE tenant=? AND campaign=? AND id=?", tenant, campaign, store.IDBytes(rating)).Scan(&rows).Error; err != nil {
		return false, err
	}
	if len(rows) == 0 {
		return false, errors.New("a public rating has no evidence")
	}
	w.Channel, w.Unit, w.Person = rows[0].Channel, rows[0].Unit, rows[0].Person
	live, err := readLive(tx, w, s.db.Dialect().ForUpdate)
	if err != nil {
		return false, err
	}
	if live.Rating == rating {
		return true, s.endLive(tx, w, live, prove)
	}
	ended, err := hasEnded(tx, w, rating)
	if err != nil || ended {
		return false, err
	}
	return true, s.endExcluded(tx, w, rating, prove) // neither live nor at its end: it is excluded
}
