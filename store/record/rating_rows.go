package record

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"pingyi/models"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// lockCampaign reads the window of a campaign under the given lock.
func lockCampaign(mode, tenant, campaign string, into **window) store.Statement {
	*into = nil
	return store.Statement{
		SQL:  "SELECT opens_at, closes_at, sealed_at FROM campaigns WHERE tenant=? AND id=?" + mode,
		Args: []any{tenant, campaign},
		Rows: func(r *sql.Rows) error {
			var opens, closes, sealed models.Time
			if err := r.Scan(&opens, &closes, &sealed); err != nil {
				return fmt.Errorf("scan campaign: %w", err)
			}
			*into = &window{opens.Time, closes.Time, !sealed.IsZero()}
			return nil
		},
	}
}

func pushes(tenant string, jobs []*job) []any {
	args := make([]any, 1, len(jobs)+1)
	args[0] = tenant
	for _, j := range jobs {
		args = append(args, store.IDBytes(j.sub.Push))
	}
	return args
}

// insertEffects puts effects in. It fails, all of it, where a push or a draft is
// taken.
func insertEffects(jobs []*job) store.Statement {
	args := make([]any, 0, effectWidth*len(jobs))
	for _, j := range jobs {
		s := j.sub
		args = append(args, s.Tenant, store.IDBytes(s.Push), store.IDBytes(s.Draft), store.IDBytes(s.Rating), proof.KindRating, store.IDBytes(s.Rating), []byte{}, j.proof, store.TimeText(s.ReceivedAt))
	}
	return store.Statement{SQL: effectInsert + store.Tuples(len(jobs), effectWidth), Args: args}
}

// insert puts the ratings in and, last, claims their live rows. conflict says
// what a live row that is there does: left as it is, and locked; or, with "",
// an error.
func (b *batch) insert(conflict string) []store.Statement {
	ratings := make([]any, 0, 13*len(b.in))
	lives := make([]any, 0, 7*len(b.in))
	// Sorted by live key, so that two writers lock in one order.
	b.in = slices.SortedFunc(slices.Values(b.in), byLiveKey)
	for _, j := range b.in {
		s := j.sub
		answers := s.Answers.String()
		ratings = append(ratings, s.Tenant, s.Campaign, store.IDBytes(s.Rating), string(s.Channel), s.Account, s.Unit, s.Window, s.Serial,
			store.IDBytes(s.Person), answers, s.Receipt, store.TimeText(s.PlatformAt), store.TimeText(s.ReceivedAt))
		lives = append(lives, s.Tenant, s.Campaign, string(s.Channel), s.Unit, store.IDBytes(s.Person), store.IDBytes(s.Rating), answers)
	}
	n := len(b.in)
	return append(append(b.provenances(), b.sources()...),
		store.Statement{SQL: "INSERT INTO ratings (tenant,campaign,id,channel,account,unit,window_code,serial,person,answers,receipt,platform_at,received_at) VALUES " +
			store.Tuples(n, 13), Args: ratings},
		store.Statement{SQL: LiveInsert + store.Tuples(n, 7) + conflict, Args: lives})
}

// readLives reads which rating each of the claimed live rows holds.
func (b *batch) readLives() store.Statement {
	first := b.in[0].sub
	keys := []any{first.Tenant, first.Campaign}
	holders := make(map[liveKey]models.ID, len(b.in))
	for _, j := range b.in {
		s := j.sub
		keys = append(keys, string(s.Channel), s.Unit, store.IDBytes(s.Person))
		holders[keyOf(s)] = s.Rating
	}
	b.replaced = map[models.ID]liveRow{}
	return store.Statement{
		// The rows are locked already, so what the inner query sees is theirs.
		SQL: "SELECT channel, unit, person, rating, answers, (SELECT r.platform_at FROM ratings r WHERE r.tenant=l.tenant AND r.campaign=l.campaign AND r.id=l.rating), " +
			ReplacedBy("l", "rating") + " FROM live_ratings l WHERE tenant=? AND campaign=? AND (channel, unit, person) IN (" +
			valueRows(b.db.Dialect()) + store.Tuples(len(b.in), 3) + ")" + b.db.Dialect().ForUpdate,
		Args: keys,
		Rows: func(r *sql.Rows) error { return b.scanLive(r, holders) },
	}
}

// valueRows precedes a list of row values after IN where the dialect asks.
func valueRows(d store.Dialect) string {
	if d.IsMySQL() {
		return ""
	}
	return "VALUES "
}

func byLiveKey(a, b *job) int {
	return cmp.Or(
		cmp.Compare(a.sub.Channel, b.sub.Channel),
		cmp.Compare(a.sub.Unit, b.sub.Unit),
		slices.Compare(a.sub.Person[:], b.sub.Person[:]),
	)
}

// scanLive notes the rating that a live row holds where it is not ours.
func (b *batch) scanLive(r *sql.Rows, ours map[liveKey]models.ID) error {
	var k liveKey
	var row liveRow
	var answers string
	var at models.Time
	if err := r.Scan(&k.channel, &k.unit, &k.person, &row.rating, &answers, &at, &row.replaced); err != nil {
		return fmt.Errorf("scan live rating: %w", err)
	}
	mine, ok := ours[k]
	if !ok || mine == row.rating {
		return nil
	}
	var err error
	if row.answers, err = models.ParseAnswers(answers); err != nil {
		return fmt.Errorf("stored answers: %w", err)
	}
	row.platformAt = at.Time
	b.replaced[mine] = row
	return nil
}

// finish puts the finished answers in, replaces what these ratings supersede, adds
// the deltas to the tallies and commits. The tallies come last: their rows are hot.
func (b *batch) finish() []store.Statement {
	deltas := tally.Deltas{}
	var lives, ends []any
	answers := make([]any, 0, 4*len(b.in))
	for _, j := range b.in {
		s := j.sub
		t := deltas.Of(s.Channel, s.Unit)
		t.Received++
		t.Add(s.Answers, 1)
		old, ok := b.replaced[s.Rating]
		answer := s.Answer
		if ok && s.Replacing != nil {
			answer = s.Replacing
		}
		if len(answer) > 0 { // nobody waits for that of a public text
			answers = append(answers, s.Tenant, store.TimeText(s.ReceivedAt), store.IDBytes(s.Rating), answer)
		}
		if !ok {
			continue
		}
		t.Superseded++
		t.Add(old.answers, -1)
		lives = append(lives, s.Tenant, s.Campaign, string(s.Channel), s.Unit, store.IDBytes(s.Person), store.IDBytes(s.Rating), s.Answers.String())
		ends = append(ends, s.Tenant, s.Campaign, store.IDBytes(old.rating), proof.EndSuperseded, store.TimeText(s.ReceivedAt), store.IDBytes(s.Rating),
			proof.Of(j.prove, proof.Following(proof.EndParts(s.Tenant, s.Campaign, proof.IDOf(old.rating), proof.EndSuperseded, proof.TimeText(s.ReceivedAt), proof.IDOf(s.Rating)), proof.IDOf(old.replaced))))
	}
	var parts []store.Statement
	if n := len(answers) / 4; n > 0 {
		parts = append(parts, store.Statement{SQL: answerInsert + store.Tuples(n, 4), Args: answers})
	}
	if n := len(b.replaced); n > 0 {
		parts = append(parts,
			store.Statement{SQL: endInsert + store.Tuples(n, endWidth), Args: ends},
			store.Statement{SQL: LiveInsert + store.Tuples(n, 7) + b.db.Dialect().OnConflictSet("tenant,campaign,channel,unit,person", "rating", "answers"), Args: lives})
	}
	first := b.in[0].sub
	return append(parts, deltas.Upsert(b.db.Dialect(), first.Tenant, first.Campaign), store.Statement{SQL: "COMMIT"})
}

// prior is an effect that was there before.
type prior struct {
	answer        []byte
	receipt, unit string
	at            models.Time
}

type priors struct {
	byPush, byDraft map[models.ID]prior
}

// priorEffects reads the effects that hold the pushes or the drafts of jobs,
// with the rating they were for.
func priorEffects(ctx context.Context, d store.Dialect, conn *sql.Conn, jobs []*job) (priors, error) {
	found := priors{map[models.ID]prior{}, map[models.ID]prior{}}
	s := jobs[0].sub
	const from = `SELECT e.push, e.draft, ` + answerColumn + `, COALESCE(r.receipt, ''), COALESCE(r.unit, ''), r.received_at FROM effects e` + answerJoin + `
 LEFT JOIN ratings r ON r.tenant = e.tenant AND r.campaign = ? AND r.id = e.ref WHERE e.tenant = ? AND e.`
	args := make([]any, 0, 2*len(jobs)+4)
	args = append(args, s.Campaign)
	args = append(args, pushes(s.Tenant, jobs)...)
	args = append(args, s.Campaign, s.Tenant)
	for _, j := range jobs {
		args = append(args, store.IDBytes(j.sub.Draft))
	}
	in := " IN " + store.Tuples(1, len(jobs))
	return found, d.RunScript(ctx, conn, store.Statement{
		SQL: from + "push" + in + " UNION ALL " + from + "draft" + in, Args: args,
		Rows: func(r *sql.Rows) error {
			var push, draft models.ID
			var p prior
			if err := r.Scan(&push, &draft, &p.answer, &p.receipt, &p.unit, &p.at); err != nil {
				return fmt.Errorf("scan effect: %w", err)
			}
			found.byPush[push] = p
			if !draft.IsZero() {
				found.byDraft[draft] = p
			}
			return nil
		},
	})
}

// provenances puts in the provenance of the ratings that have one, in the
// ratings' transaction; nothing where none has. The ratings are in b.in.
func (b *batch) provenances() []store.Statement {
	var args []any
	n := 0
	for _, j := range b.in {
		if s := j.sub; s.Provenance != "" {
			n++
			args = append(args, s.Tenant, s.Campaign, store.IDBytes(s.Rating), string(s.Provenance))
		}
	}
	if n == 0 {
		return nil
	}
	return []store.Statement{{SQL: "INSERT INTO rating_provenances (tenant,campaign,rating,provenance) VALUES " + store.Tuples(n, 4), Args: args}}
}

// ReplacedBy selects which rating the one in the given column had replaced, from the
// ends of the same tenant and campaign as those in the given table.
func ReplacedBy(table, column string) string {
	return "(SELECT MIN(o.rating) FROM rating_ends o WHERE o.tenant = " + table + ".tenant AND o.campaign = " + table + ".campaign AND o.by_rating = " + table + "." + column + ")"
}
