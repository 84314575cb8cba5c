package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// Fields of a difference between rows of evidence, counted in rows.
const (
	fieldRatingsAlone     = "ratings_without_effect"
	fieldComplaintsAlone  = "complaints_without_effect"
	fieldReasonsAlone     = "reasons_without_effect"
	fieldWithdrawalsAlone = "withdrawals_without_effect" // nor was a deleted text noticed
	fieldNoRating         = "effects_without_rating"
	fieldNoComplaint      = "effects_without_complaint"
	fieldNoWithdrawal     = "effects_without_withdrawal"
	fieldNoReason         = "effects_without_reason"
	fieldNoFiling         = "complaints_without_filing" // their first event is not that of their filing
	fieldEventOfNone      = "events_without_complaint"
	fieldEventOrder       = "events_out_of_order"
	fieldEndOfNone        = "ends_without_rating"
	fieldNoEnd            = "ratings_without_end" // another rating of this person and unit stood while they had no end
	fieldTimeOfNone       = "withdrawal_times_without_end"
	fieldEffectTwice      = "effects_doubled"    // of one push, which a unique key forbids
	fieldReplacedByNone   = "superseded_by_none" // no rating of this person and unit was received when it ended
	fieldExclusionOfNone  = "exclusions_without_rating"
	fieldExclusionOrder   = "exclusions_out_of_order"
	fieldProofMissing     = "proofs_missing"
	fieldProofWrong       = "proofs_wrong"
	fieldAttested         = "rows_as_attested"
	fieldAttestation      = "attestations_wrong"
)

type (
	// Proofs are what a check takes; see scoring.
	Proofs = scoring.Proofs
	// Evidence is what a check finds; see scoring.
	Evidence = scoring.Evidence
)

// place is what a row of evidence belongs to; zero where nothing tells.
type place struct {
	campaign string
	channel  models.Channel
	unit     string
}

// group is a place and a kind of evidence.
type group struct {
	place
	kind string
}

// wrong is a place and a field of a difference.
type wrong struct {
	place
	field string
}

// evidenceCheck is a check at work.
type evidenceCheck struct {
	tx       *sql.Tx
	tenant   string
	proofs   Proofs
	progress func(done, total int64)

	kept    map[group]int64 // rows of ratings, complaints, reasons and withdrawn ends
	matched map[group]int64 // those of them whose effect is there
	before  map[group]*digest
	wrong   map[wrong]*scoring.Difference
	revived map[string]bool // ratings that lack their end, by campaign and id
	found   Evidence
}

// CheckEvidence asks of every rating, complaint, withdrawal and reason of a tenant
// its effect, of every effect what it was for, and of each row that decides what
// counts its proof (I5a). It reads one snapshot and holds no lock. progress is told
// how many of the effects are done.
func (s *Store) CheckEvidence(ctx context.Context, tenant string, p Proofs, progress func(done, total int64)) (*Evidence, error) {
	e, err := s.readEvidence(ctx, tenant, p, progress, (*evidenceCheck).compareAttested)
	if err != nil {
		return nil, store.Fail("check evidence", err)
	}
	e.compareKept()
	return e.finish(), nil
}

// readEvidence reads all evidence of a tenant, and with more what else is to be of
// the same snapshot.
func (s *Store) readEvidence(
	ctx context.Context, tenant string, p Proofs, progress func(done, total int64), more func(*evidenceCheck, context.Context) error,
) (*evidenceCheck, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	e := &evidenceCheck{
		tx: tx, tenant: tenant, proofs: p, progress: progress,
		kept: map[group]int64{}, matched: map[group]int64{}, before: map[group]*digest{}, wrong: map[wrong]*scoring.Difference{}, revived: map[string]bool{},
	}
	for _, read := range []func(*evidenceCheck, context.Context) error{
		(*evidenceCheck).readKept, (*evidenceCheck).readEffects, (*evidenceCheck).readEnds, (*evidenceCheck).readExclusions, (*evidenceCheck).readRevived, (*evidenceCheck).readTimes, (*evidenceCheck).readEvents, (*evidenceCheck).readRetractions, more,
	} {
		if err = read(e, ctx); err != nil {
			break
		}
	}
	return e, errors.Join(err, tx.Rollback())
}

// add counts rows in which something is wrong.
func (e *evidenceCheck) add(p place, field string, recorded, recounted int64) {
	k := wrong{p, field}
	d := e.wrong[k]
	if d == nil {
		d = &scoring.Difference{Channel: p.channel, Unit: p.unit, Field: field}
		e.wrong[k] = d
	}
	d.Recorded += recorded
	d.Recounted += recounted
}

// judge looks at the proof of a row, which is right for one of rows: the parts of
// what the row may stand for. A row without a proof is kept for comparison with what
// was attested, by the first of them.
func (e *evidenceCheck) judge(g group, stored []byte, rows ...[]string) {
	if len(stored) == 0 {
		if e.before[g] == nil {
			e.before[g] = newDigest()
		}
		e.before[g].add(rows[0])
		return
	}
	if !e.proofs.Checked {
		return
	}
	for _, parts := range rows {
		if e.proves(stored, parts) {
			e.found.Proven++
			return
		}
	}
	e.add(g.place, fieldProofWrong, 1, 0)
}

// proves reports whether a proof is that of a row with these parts.
func (e *evidenceCheck) proves(stored []byte, parts []string) bool {
	return slices.ContainsFunc(e.proofs.Provers, func(prove proof.Prover) bool { return sameProof(prove(parts...), stored) })
}

// readKept counts what must have an effect.
func (e *evidenceCheck) readKept(ctx context.Context) error {
	for kind, query := range map[string]string{
		proof.KindRating:    "SELECT campaign, channel, unit, COUNT(*) FROM ratings WHERE tenant=? GROUP BY campaign, channel, unit",
		proof.KindComplaint: "SELECT campaign, channel, unit, COUNT(*) FROM complaints WHERE tenant=? GROUP BY campaign, channel, unit",
	} {
		if err := e.countKept(ctx, kind, query, e.tenant); err != nil {
			return err
		}
	}
	for _, c := range e.campaigns() {
		if err := e.countKept(ctx, proof.KindReason, `SELECT r.campaign, r.channel, r.unit, COUNT(*) FROM rating_reasons x
 JOIN ratings r ON r.tenant = x.tenant AND r.campaign = ? AND r.id = x.rating WHERE x.tenant=? GROUP BY r.campaign, r.channel, r.unit`, c, e.tenant); err != nil {
			return err
		}
	}
	return e.countLost(ctx)
}

// countLost counts the reasons of no rating.
func (e *evidenceCheck) countLost(ctx context.Context) error {
	var lost int64
	if err := e.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM rating_reasons WHERE tenant=?", e.tenant).Scan(&lost); err != nil {
		return err
	}
	for g, n := range e.kept {
		if g.kind == proof.KindReason {
			lost -= n
		}
	}
	if lost > 0 {
		e.add(place{}, fieldReasonsAlone, lost, 0)
	}
	return nil
}

func (e *evidenceCheck) countKept(ctx context.Context, kind, query string, args ...any) error {
	return each(ctx, e.tx, func(r *sql.Rows) error {
		g := group{kind: kind}
		var n int64
		if err := r.Scan(&g.campaign, &g.channel, &g.unit, &n); err != nil {
			return err
		}
		e.kept[g] = n
		return nil
	}, query, args...)
}

// campaigns are those that have ratings.
func (e *evidenceCheck) campaigns() []string {
	var list []string
	for g := range e.kept {
		if g.kind == proof.KindRating {
			list = append(list, g.campaign)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// compareKept finds what has no effect.
func (e *evidenceCheck) compareKept() {
	fields := map[string]string{
		proof.KindRating: fieldRatingsAlone, proof.KindComplaint: fieldComplaintsAlone, proof.KindReason: fieldReasonsAlone, proof.KindWithdrawal: fieldWithdrawalsAlone,
	}
	for g, n := range e.kept {
		if alone := n - e.matched[g]; alone > 0 {
			e.add(g.place, fields[g.kind], alone, 0)
		}
	}
}

// finish sorts what was found by campaign, channel, unit and field.
func (e *evidenceCheck) finish() *Evidence {
	e.found.Differences = map[string][]scoring.Difference{}
	for k, d := range e.wrong {
		e.found.Differences[k.campaign] = append(e.found.Differences[k.campaign], *d)
	}
	for _, list := range e.found.Differences {
		slices.SortFunc(list, func(a, b scoring.Difference) int {
			return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Field, b.Field))
		})
	}
	for _, d := range e.before {
		e.found.Before += d.rows
	}
	return &e.found
}
