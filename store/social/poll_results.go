package social

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// AddPollResult adds what an operator entered of a poll. A correction is a new
// record that replaces another; none is changed or deleted, and one that is there
// already stays as it was entered first: added is false then, and stored says when
// and by what. models.NotFound: what it replaces is not there. models.Forbidden: that has
// results of units outside of the scope.
func (s *Store) AddPollResult(ctx context.Context, p social.PollRecord, scope models.Scope) (stored social.PollRecord, added bool, err error) {
	stored = p
	body, err := json.Marshal(p.Rows)
	if err != nil {
		return stored, false, store.Fail("add poll result", err)
	}
	err = s.db.Write(ctx, "add poll result", func(tx *gorm.DB) error {
		if !p.Replaces.IsZero() {
			if err := mayReplace(tx, &p, scope); err != nil {
				return err
			}
		}
		if added, err = store.CreateOnce(tx, &models.PollResult{
			Tenant: p.Tenant, ID: p.ID, Campaign: p.Campaign, Title: p.Title, Body: string(body), Signer: p.Signer, Evidence: p.Evidence,
			EvidenceHash: p.EvidenceHash, Replaces: p.Replaces, EnteredAt: models.At(p.EnteredAt), Via: p.Via,
		}); err != nil {
			return err
		}
		var at models.Time
		err = store.ScanRow(tx.Raw("SELECT entered_at, COALESCE(via, '') FROM poll_results WHERE tenant=? AND id=?", p.Tenant, p.ID), &at, &stored.Via)
		stored.EnteredAt = at.Time
		return err
	})
	return stored, added, err
}

// mayReplace returns an error where a scope does not reach every result that a record
// replaces.
func mayReplace(tx *gorm.DB, p *social.PollRecord, scope models.Scope) error {
	var bodies []string
	err := tx.Raw("SELECT body FROM poll_results WHERE tenant=? AND campaign=? AND id=?", p.Tenant, p.Campaign, p.Replaces).Scan(&bodies).Error
	if err != nil {
		return err
	}
	if len(bodies) == 0 {
		return models.Errorf(models.NotFound, "unknown_poll_result", "there is no poll result %s", p.Replaces)
	}
	var rows []social.PollRow
	if err := json.Unmarshal([]byte(bodies[0]), &rows); err != nil {
		return fmt.Errorf("stored results: %w", err)
	}
	for _, r := range rows {
		if !scope.HasUnit(r.Unit) {
			return models.Errorf(models.Forbidden, "unit_out_of_scope", "the results to be replaced are of other units as well than this key is bound to")
		}
	}
	return nil
}

// PollResults lists at most limit of a campaign's behind after, in the order in
// which they were entered, among those of one time by ID.
func (s *Store) PollResults(ctx context.Context, tenant, campaign string, after models.After, limit int) ([]social.PollRecord, error) {
	var rows []struct {
		ID                            models.ID
		Title, Body, Signer, Evidence string
		EvidenceHash, Replaces        models.ID
		EnteredAt                     models.Time
		Via                           string
	}
	where, args := "tenant=? AND campaign=?", []any{tenant, campaign}
	if !after.ID.IsZero() {
		where += " AND (entered_at>? OR entered_at=? AND id>?)"
		args = append(args, models.At(after.At), models.At(after.At), after.ID[:])
	}
	err := s.db.Read(ctx).Raw("SELECT id, title, body, signer, evidence, evidence_hash, replaces, entered_at, COALESCE(via, '') AS via FROM poll_results WHERE "+
		where+" ORDER BY entered_at, id LIMIT ?", append(args, limit)...).Scan(&rows).Error
	if err != nil {
		return nil, store.Fail("poll results", err)
	}
	list := make([]social.PollRecord, len(rows))
	for i, r := range rows {
		list[i] = social.PollRecord{
			Tenant: tenant, ID: r.ID, Campaign: campaign, Title: r.Title, Signer: r.Signer, Evidence: r.Evidence,
			EvidenceHash: r.EvidenceHash, Replaces: r.Replaces, EnteredAt: r.EnteredAt.Time, Via: r.Via,
		}
		if err := json.Unmarshal([]byte(r.Body), &list[i].Rows); err != nil {
			return nil, store.Fail("poll results", fmt.Errorf("stored results: %w", err))
		}
	}
	return list, nil
}
