package audit

import (
	"context"
	"database/sql"
	"slices"

	"pingyi/models"
	"pingyi/store"
	"pingyi/store/proof"
)

// evidencePage is how many effects a check reads at a time.
const evidencePage = 1000

// effectFound is an effect as a check reads it.
type effectFound struct {
	proof.Effect
	kind  string
	ref   proof.AnyID
	proof []byte
}

// ratingFound is a rating as an effect finds it.
type ratingFound struct {
	proof.Rating
	how     string // "" for one that has not ended
	endedAt string
	// withdrawnAt is the platform's time of the push that took it back.
	withdrawnAt string
	reasons     []reasonFound
}

func (r *ratingFound) place() place { return place{r.Campaign, models.Channel(r.Channel), r.Unit} }

// complaintFound is a complaint as an effect finds it.
type complaintFound struct {
	proof.Complaint
	filed bool // its first event is its filing, which follows from the complaint
}

type reasonFound struct{ reason, givenAt string }

// readEffects goes through the effects by push, the one order in which every
// database can page through them, and asks what each was for.
func (e *evidenceCheck) readEffects(ctx context.Context) error {
	var total, done int64
	if err := e.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM effects WHERE tenant=?", e.tenant).Scan(&total); err != nil {
		return err
	}
	last := []byte{}
	for {
		var page []effectFound
		err := each(ctx, e.tx, func(r *sql.Rows) error {
			x := effectFound{Effect: proof.Effect{Tenant: e.tenant}}
			var at models.Time
			if err := r.Scan(&x.Push, &x.ID, &x.kind, &x.ref, &at, &x.proof); err != nil {
				return err
			}
			x.RecordedAt = proof.TimeText(at.Time)
			page = append(page, x)
			return nil
		}, "SELECT push, id, kind, ref, recorded_at, proof FROM effects WHERE tenant=? AND push>? ORDER BY push LIMIT ?", e.tenant, last, evidencePage)
		if err != nil {
			return err
		}
		read := len(page)
		if read > 0 {
			last = []byte(page[read-1].Push)
			if err := e.askPage(ctx, e.single(page)); err != nil {
				return err
			}
		}
		done += int64(read)
		if e.progress != nil {
			e.progress(done, total)
		}
		if read < evidencePage {
			return nil
		}
	}
}

// single drops the copies of an effect and counts them. A copy has the proof of its
// original, so it would answer for a rating that no push made.
func (e *evidenceCheck) single(page []effectFound) []effectFound {
	read := len(page)
	page = slices.CompactFunc(page, func(a, b effectFound) bool { return a.Push == b.Push })
	if copies := read - len(page); copies > 0 {
		e.add(place{}, fieldEffectTwice, int64(copies), 0)
	}
	return page
}

func (e *evidenceCheck) askPage(ctx context.Context, page []effectFound) error {
	ratings, reasoned, filed := []any{}, []any{}, []any{}
	for i := range page {
		switch x := &page[i]; x.kind {
		case proof.KindComplaint:
			filed = append(filed, []byte(x.ref))
		case proof.KindReason:
			reasoned = append(reasoned, []byte(x.ref))
			fallthrough
		default:
			ratings = append(ratings, []byte(x.ref))
		}
	}
	rated, err := e.ratingsOf(ctx, ratings, reasoned)
	if err != nil {
		return err
	}
	complained, err := e.complaintsOf(ctx, filed)
	if err != nil {
		return err
	}
	for i := range page {
		if x := &page[i]; x.kind == proof.KindComplaint {
			e.askComplaint(x, complained[x.ref])
		} else {
			e.askRating(x, rated[x.ref])
		}
	}
	return nil
}

// askRating asks what an effect on a rating was for; r is nil where there is no
// such rating.
func (e *evidenceCheck) askRating(x *effectFound, r *ratingFound) {
	if r == nil {
		e.add(place{}, fieldNoRating, 1, 0)
		e.orphan(x)
		return
	}
	g := group{r.place(), x.kind}
	switch x.kind {
	case proof.KindRating:
		if x.ID == x.ref && x.RecordedAt == r.ReceivedAt {
			e.matched[g]++
		}
		e.judge(g, x.proof, proof.RatingParts(&x.Effect, &r.Rating), proof.RatingWithProvenance(&x.Effect, &r.Rating))
	case proof.KindWithdrawal:
		if r.how == proof.EndWithdrawn && r.endedAt == x.RecordedAt {
			e.matched[g]++
		} else {
			e.add(g.place, fieldNoWithdrawal, 1, 0)
		}
		e.judge(g, x.proof, proof.WithdrawalParts(&x.Effect, &r.Rating, r.withdrawnAt))
	case proof.KindReason:
		e.askReason(g, x, r)
	}
}

// orphan keeps an effect whose rating or complaint is gone; what its proof covered
// is not known any more.
func (e *evidenceCheck) orphan(x *effectFound) {
	if len(x.proof) == 0 {
		e.judge(group{kind: x.kind}, nil, append(x.Parts(x.kind), string(x.ref)))
	}
}

// askReason asks for the reason of an effect, which its proof names. A reason that was
// tapped twice has two effects and one row, of the first one's time.
func (e *evidenceCheck) askReason(g group, x *effectFound, r *ratingFound) {
	if len(r.reasons) == 0 {
		e.add(g.place, fieldNoReason, 1, 0)
	}
	switch {
	case len(x.proof) == 0: // which one it was is not known of a row of before
		e.matchReason(g, r.reasons, x.RecordedAt)
		e.judge(g, nil, proof.ReasonParts(&x.Effect, &r.Rating, ""))
	case len(r.reasons) == 0: // nor here any more
	case !e.proofs.Checked:
		e.matchReason(g, r.reasons, x.RecordedAt)
	default:
		e.judgeReason(g, x, r)
	}
}

// matchReason takes the first reason of an effect's time for the effect's own.
func (e *evidenceCheck) matchReason(g group, reasons []reasonFound, recordedAt string) {
	if slices.ContainsFunc(reasons, func(r reasonFound) bool { return r.givenAt == recordedAt }) {
		e.matched[g]++
	}
}

func (e *evidenceCheck) judgeReason(g group, x *effectFound, r *ratingFound) {
	for _, reason := range r.reasons {
		if !e.proves(x.proof, proof.ReasonParts(&x.Effect, &r.Rating, reason.reason)) {
			continue
		}
		e.found.Proven++
		if reason.givenAt == x.RecordedAt {
			e.matched[g]++
		}
		return
	}
	e.add(g.place, fieldProofWrong, 1, 0)
}

func (e *evidenceCheck) askComplaint(x *effectFound, c *complaintFound) {
	if c == nil {
		e.add(place{}, fieldNoComplaint, 1, 0)
		e.orphan(x)
		return
	}
	g := group{place{c.Campaign, models.Channel(c.Channel), c.Unit}, x.kind}
	if x.ID == x.ref {
		e.matched[g]++
	}
	if !c.filed {
		e.add(g.place, fieldNoFiling, 1, 0)
	}
	e.judge(g, x.proof, proof.ComplaintParts(&x.Effect, &c.Complaint))
}

// ratingsOf reads the ratings of these ids, with the reasons of those in reasoned.
func (e *evidenceCheck) ratingsOf(ctx context.Context, ids, reasoned []any) (map[proof.AnyID]*ratingFound, error) {
	found := make(map[proof.AnyID]*ratingFound, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	for _, campaign := range e.campaigns() {
		if len(found) == len(ids) {
			break
		}
		err := each(ctx, e.tx, func(r *sql.Rows) error {
			var x ratingFound
			var platformAt, receivedAt, endedAt, withdrawnAt models.Time
			err := r.Scan(&x.Campaign, &x.ID, &x.Channel, &x.Account, &x.Unit, &x.Window, &x.Serial, &x.Person, &x.Answers, &x.Receipt,
				&platformAt, &receivedAt, &x.Source, &x.how, &endedAt, &withdrawnAt, &x.Provenance)
			x.PlatformAt, x.ReceivedAt, x.endedAt = proof.TimeText(platformAt.Time), proof.TimeText(receivedAt.Time), proof.TimeText(endedAt.Time)
			x.withdrawnAt = proof.TimeText(withdrawnAt.Time)
			found[x.ID] = &x
			return err
		}, `SELECT r.campaign, r.id, r.channel, r.account, r.unit, r.window_code, r.serial, r.person, r.answers, r.receipt, r.platform_at, r.received_at,
 p.item, COALESCE(e.how, ''), e.ended_at, w.platform_at, COALESCE(v.provenance, '') FROM ratings r
 LEFT JOIN public_ratings p ON p.tenant = r.tenant AND p.campaign = r.campaign AND p.rating = r.id
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 LEFT JOIN rating_withdrawals w ON w.tenant = r.tenant AND w.campaign = r.campaign AND w.rating = r.id
 LEFT JOIN rating_provenances v ON v.tenant = r.tenant AND v.campaign = r.campaign AND v.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND r.id IN `+store.Tuples(1, len(ids)), append([]any{e.tenant, campaign}, ids...)...)
		if err != nil {
			return nil, err
		}
	}
	if len(reasoned) == 0 {
		return found, nil
	}
	return found, each(ctx, e.tx, func(r *sql.Rows) error {
		var id proof.AnyID
		var reason reasonFound
		var at models.Time
		err := r.Scan(&id, &reason.reason, &at)
		if x := found[id]; x != nil {
			reason.givenAt = proof.TimeText(at.Time)
			x.reasons = append(x.reasons, reason)
		}
		return err
	}, "SELECT rating, reason, given_at FROM rating_reasons WHERE tenant=? AND rating IN "+store.Tuples(1, len(reasoned))+" ORDER BY rating, reason",
		append([]any{e.tenant}, reasoned...)...)
}

func (e *evidenceCheck) complaintsOf(ctx context.Context, ids []any) (map[proof.AnyID]*complaintFound, error) {
	found := make(map[proof.AnyID]*complaintFound, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	return found, each(ctx, e.tx, func(r *sql.Rows) error {
		var x complaintFound
		var platformAt, receivedAt, filedAt models.Time
		err := r.Scan(&x.ID, &x.No, &x.Campaign, &x.Channel, &x.Account, &x.Unit, &x.Counted, &x.Kind, &x.Anonymous, &platformAt, &receivedAt, &filedAt)
		x.PlatformAt, x.ReceivedAt = proof.TimeText(platformAt.Time), proof.TimeText(receivedAt.Time)
		x.filed = filedAt.Equal(receivedAt.Time)
		found[x.ID] = &x
		return err
	}, `SELECT c.id, c.no, c.campaign, c.channel, c.account, c.unit, c.counted_unit, c.kind, c.anonymous, c.platform_at, c.received_at, v.happened_at FROM complaints c
 LEFT JOIN complaint_events v ON v.tenant = c.tenant AND v.complaint = c.id AND v.seq = 1 AND v.state = 'received' AND v.by_name = '' AND v.on_time IS NULL AND v.satisfied IS NULL
 WHERE c.tenant=? AND c.id IN `+store.Tuples(1, len(ids)), append([]any{e.tenant}, ids...)...)
}
