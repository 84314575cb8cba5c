package audit

import (
	"context"
	"database/sql"

	"pingyi/models"
	"pingyi/store/proof"
)

// readEvents goes through the events of complaints. The first one of a complaint is its
// filing, which follows from the complaint itself and which earlier versions wrote
// without a proof; each later one needs its own.
func (e *evidenceCheck) readEvents(ctx context.Context) error {
	var last proof.AnyID
	var seq int
	for {
		n := 0
		err := each(ctx, e.tx, func(r *sql.Rows) error {
			n++
			x, err := scanEvent(r)
			if err != nil {
				return err
			}
			if x.complaint != last {
				seq = 0
			}
			e.askEvent(x, seq+1)
			last, seq = x.complaint, x.seq
			return nil
		}, `SELECT v.complaint, v.seq, v.state, v.happened_at, v.by_name, v.on_time, v.satisfied, v.proof, c.id, COALESCE(c.campaign, ''), COALESCE(c.channel, ''), COALESCE(c.unit, '')
 FROM complaint_events v LEFT JOIN complaints c ON c.tenant = v.tenant AND c.id = v.complaint
 WHERE v.tenant=? AND v.complaint>=? AND (v.complaint>? OR v.seq>?) ORDER BY v.complaint, v.seq LIMIT ?`,
			e.tenant, []byte(last), []byte(last), seq, evidencePage)
		if err != nil || n < evidencePage {
			return err
		}
	}
}

// eventFound is an event as a check reads it.
type eventFound struct {
	place
	complaint, of     proof.AnyID
	seq               int
	state, at, by     string
	onTime, satisfied sql.NullBool
	proof             []byte
}

func scanEvent(r *sql.Rows) (*eventFound, error) {
	x := &eventFound{}
	var at models.Time
	err := r.Scan(&x.complaint, &x.seq, &x.state, &at, &x.by, &x.onTime, &x.satisfied, &x.proof, &x.of, &x.campaign, &x.channel, &x.unit)
	x.at = proof.TimeText(at.Time)
	return x, err
}

func (e *evidenceCheck) askEvent(x *eventFound, want int) {
	if x.of == "" {
		e.add(x.place, fieldEventOfNone, 1, 0)
	}
	if x.seq != want {
		e.add(x.place, fieldEventOrder, 1, 0)
	}
	if x.seq > 1 || len(x.proof) > 0 {
		e.judge(group{x.place, proof.EvidenceEvent}, x.proof,
			proof.EventParts(e.tenant, x.complaint, x.seq, x.state, x.at, x.by, orNil(x.onTime), orNil(x.satisfied)))
	}
}
