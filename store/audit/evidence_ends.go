package audit

import (
	"context"
	"database/sql"
	"strconv"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/proof"
	"pingyi/store/record"
)

// readEnds goes through the ends of ratings and asks by what each came.
func (e *evidenceCheck) readEnds(ctx context.Context) error {
	var campaigns []string
	err := each(ctx, e.tx, func(r *sql.Rows) error {
		var c string
		err := r.Scan(&c)
		campaigns = append(campaigns, c)
		return err
	}, "SELECT DISTINCT campaign FROM rating_ends WHERE tenant=? ORDER BY campaign", e.tenant)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		if err := e.readEndsOf(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (e *evidenceCheck) readEndsOf(ctx context.Context, campaign string) error {
	last := []byte{}
	for {
		n := 0
		err := each(ctx, e.tx, func(r *sql.Rows) error {
			n++
			id, err := e.askEnd(r, campaign)
			last = []byte(id)
			return err
		}, `SELECT x.rating, x.how, x.ended_at, x.by_rating, x.proof, COALESCE(r.channel, ''), COALESCE(r.unit, ''), r.id, b.received_at, `+record.ReplacedBy("x", "rating")+` FROM rating_ends x
 LEFT JOIN ratings r ON r.tenant = x.tenant AND r.campaign = x.campaign AND r.id = x.rating
 LEFT JOIN ratings b ON b.tenant = x.tenant AND b.campaign = x.campaign AND b.id = x.by_rating
  AND b.channel = r.channel AND b.unit = r.unit AND b.person = r.person
 WHERE x.tenant=? AND x.campaign=? AND x.rating>? ORDER BY x.rating LIMIT ?`, e.tenant, campaign, last, recountPage)
		if err != nil || n < recountPage {
			return err
		}
	}
}

func (e *evidenceCheck) askEnd(r *sql.Rows, campaign string) (rating proof.AnyID, err error) {
	g := group{place{campaign: campaign}, proof.EvidenceEnd}
	var how string
	var endedAt, replacedAt models.Time
	var by, of, replaced proof.AnyID
	var stored []byte
	if err := r.Scan(&rating, &how, &endedAt, &by, &stored, &g.channel, &g.unit, &of, &replacedAt, &replaced); err != nil {
		return rating, err
	}
	switch {
	case of == "":
		e.add(g.place, fieldEndOfNone, 1, 0)
	case how == proof.EndWithdrawn:
		e.kept[group{g.place, proof.KindWithdrawal}]++
	case how == proof.EndSuperseded && !replacedAt.Equal(endedAt.Time):
		e.add(g.place, fieldReplacedByNone, 1, 0)
	}
	parts := proof.EndParts(e.tenant, campaign, rating, how, proof.TimeText(endedAt.Time), by)
	e.judge(g, stored, parts, proof.Following(parts, replaced))
	return rating, nil
}

// readExclusions goes through the exclusions and restorations, which are few.
func (e *evidenceCheck) readExclusions(ctx context.Context) error {
	var before string
	var last int64
	return each(ctx, e.tx, func(r *sql.Rows) error {
		g := group{kind: proof.EvidenceExclusion}
		var rating, of, replaced proof.AnyID
		var seq int64
		var reason string
		var a scoring.Act
		var at models.Time
		var stored []byte
		if err := r.Scan(&g.campaign, &rating, &seq, &reason, &a.Note, &a.By, &a.ApprovedBy, &at, &a.Via, &stored, &g.channel, &g.unit, &of, &replaced); err != nil {
			return err
		}
		if own := g.campaign + "/" + string(rating); own != before {
			before, last = own, 0
		}
		if of == "" {
			e.add(g.place, fieldExclusionOfNone, 1, 0)
		}
		if seq != last+1 {
			e.add(g.place, fieldExclusionOrder, 1, 0)
		}
		last = seq
		a.At = at.Time
		parts := proof.ExclusionParts(e.tenant, g.campaign, rating, strconv.FormatInt(seq, 10), reason, &a)
		e.judge(g, stored, parts, proof.Following(parts, replaced))
		return nil
	}, `SELECT x.campaign, x.rating, x.seq, x.reason, x.note, x.by_name, x.approved_by, x.happened_at, COALESCE(x.via, ''), x.proof, COALESCE(r.channel, ''), COALESCE(r.unit, ''), r.id, `+record.ReplacedBy("x", "rating")+`
 FROM rating_exclusions x LEFT JOIN ratings r ON r.tenant = x.tenant AND r.campaign = x.campaign AND r.id = x.rating
 WHERE x.tenant=? ORDER BY x.campaign, x.rating, x.seq`, e.tenant)
}

// readRetractions goes through the deletions of public texts that were noticed. One
// withdraws its rating at once; where an earlier version only noted it, the
// restoration of an excluded rating did.
func (e *evidenceCheck) readRetractions(ctx context.Context) error {
	return each(ctx, e.tx, func(r *sql.Rows) error {
		g := group{kind: proof.EvidenceRetraction}
		var account string
		var item, rating proof.AnyID
		var at models.Time
		var stored []byte
		var withdrew bool
		if err := r.Scan(&account, &item, &rating, &at, &stored, &g.campaign, &g.channel, &g.unit, &withdrew); err != nil {
			return err
		}
		if withdrew {
			e.matched[group{g.place, proof.KindWithdrawal}]++
		}
		e.judge(g, stored, proof.RetractionParts(e.tenant, account, item, rating, proof.TimeText(at.Time)))
		return nil
	}, `SELECT x.account, x.item, x.rating, x.noticed_at, x.proof, COALESCE(r.campaign, ''), COALESCE(r.channel, ''), COALESCE(r.unit, ''),
 CASE WHEN d.ended_at = x.noticed_at OR EXISTS (SELECT 1 FROM rating_exclusions y
  WHERE y.tenant = d.tenant AND y.campaign = d.campaign AND y.rating = d.rating AND y.happened_at = d.ended_at) THEN 1 ELSE 0 END
 FROM social_retractions x
 LEFT JOIN public_ratings p ON p.tenant = x.tenant AND p.item = x.item
 LEFT JOIN ratings r ON r.tenant = p.tenant AND r.campaign = p.campaign AND r.id = p.rating
 LEFT JOIN rating_ends d ON d.tenant = r.tenant AND d.campaign = r.campaign AND d.rating = r.id AND d.how = 'withdrawn'
 WHERE x.tenant=? ORDER BY x.account, x.item`, e.tenant)
}
