package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// PollResult is what an operator entered of a poll on the platform, which no call
// reads. It is kept apart from ratings and never counted with them. A correction
// is a new one that replaces another; none is changed or deleted.
type PollResult struct {
	Tenant       string
	ID           models.ID
	Campaign     string
	Title        string
	Body         []byte // JSON
	Signer       string
	Evidence     string    // where it is kept
	EvidenceHash models.ID // of its bytes, where a file was given
	Replaces     models.ID // zero: none
	EnteredAt    time.Time
}

// AddPollResult adds one. models.NotFound: what it replaces is not there.
func (db *DB) AddPollResult(ctx context.Context, p PollResult) error {
	return db.write(ctx, "add poll result", func(tx *gorm.DB) error {
		if !p.Replaces.IsZero() {
			var n int64
			if err := tx.Raw("SELECT COUNT(*) FROM poll_results WHERE tenant=? AND campaign=? AND id=?", p.Tenant, p.Campaign, raw(p.Replaces)).Scan(&n).Error; err != nil {
				return err
			}
			if n == 0 {
				return models.Errorf(models.NotFound, "unknown_poll_result", "there is no poll result %s", p.Replaces)
			}
		}
		return tx.Exec("INSERT INTO poll_results (tenant,id,campaign,title,body,signer,evidence,evidence_hash,replaces,entered_at) VALUES "+
			tuples(1, 10)+db.dialect.onConflictKeep("title"),
			p.Tenant, raw(p.ID), p.Campaign, p.Title, string(p.Body), p.Signer, p.Evidence, raw(p.EvidenceHash), raw(p.Replaces), text(p.EnteredAt)).Error
	})
}

// PollResults lists a campaign's, in the order in which they were entered.
func (db *DB) PollResults(ctx context.Context, tenant, campaign string) ([]PollResult, error) {
	var rows []struct {
		ID                            models.ID
		Title, Body, Signer, Evidence string
		EvidenceHash, Replaces        models.ID
		EnteredAt                     stamp
	}
	err := db.read.WithContext(ctx).Raw(`SELECT id, title, body, signer, evidence, evidence_hash, replaces, entered_at FROM poll_results
 WHERE tenant=? AND campaign=? ORDER BY entered_at, id`, tenant, campaign).Scan(&rows).Error
	list := make([]PollResult, len(rows))
	for i, r := range rows {
		list[i] = PollResult{tenant, r.ID, campaign, r.Title, []byte(r.Body), r.Signer, r.Evidence, r.EvidenceHash, r.Replaces, r.EnteredAt.Time}
	}
	return list, fail("poll results", err)
}
