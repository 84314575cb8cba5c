package record

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"pingyi/models"
	"pingyi/scoring"
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

// effect is the effect of a submission.
func (j *job) effect() models.Effect {
	s := j.sub
	return models.Effect{
		Tenant: s.Tenant, Push: s.Push, Draft: s.Draft, Kind: models.EffectRating, Ref: s.Rating, Answer: []byte{}, RecordedAt: models.At(s.ReceivedAt),
		ID: s.Rating, Proof: j.proof,
	}
}

// insertEffects puts effects in. It fails, all of it, where a push or a draft is
// taken.
func insertEffects(jobs []*job) store.Statement {
	rows := make([]models.Effect, len(jobs))
	for i, j := range jobs {
		rows[i] = j.effect()
	}
	return effectTable.Insert(rows, "")
}

// liveOf is the live row of a submission.
func liveOf(s *scoring.Submission) models.LiveRating {
	return models.LiveRating{
		Tenant: s.Tenant, Campaign: s.Campaign, Channel: s.Channel, Unit: s.Unit, Person: s.Person, Rating: s.Rating, Answers: s.Answers.String(),
	}
}

// insert puts the ratings in and, last, claims their live rows. conflict says
// what a live row that is there does: left as it is, and locked; or, with "",
// an error.
func (b *batch) insert(conflict string) []store.Statement {
	ratings := make([]models.Rating, len(b.in))
	lives := make([]models.LiveRating, len(b.in))
	// Sorted by live key, so that two writers lock in one order.
	b.in = slices.SortedFunc(slices.Values(b.in), byLiveKey)
	for i, j := range b.in {
		s := j.sub
		lives[i] = liveOf(s)
		ratings[i] = models.Rating{
			Tenant: s.Tenant, Campaign: s.Campaign, ID: s.Rating, Channel: s.Channel, Account: s.Account, Unit: s.Unit, WindowCode: s.Window,
			Serial: s.Serial, Person: s.Person, Answers: lives[i].Answers, Receipt: s.Receipt, PlatformAt: models.At(s.PlatformAt), ReceivedAt: models.At(s.ReceivedAt),
		}
	}
	return append(append(b.provenances(), b.sources()...), ratingTable.Insert(ratings, ""), liveTable.Insert(lives, conflict))
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
	var lives []models.LiveRating
	var ends []models.RatingEnd
	answers := make([]models.EffectAnswer, 0, len(b.in))
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
		if len(answer) > 0 { // that of a public text is not waited for
			answers = append(answers, models.EffectAnswer{Tenant: s.Tenant, RecordedAt: models.At(s.ReceivedAt), ID: s.Rating, Answer: answer})
		}
		if !ok {
			continue
		}
		t.Superseded++
		t.Add(old.answers, -1)
		lives = append(lives, liveOf(s))
		ends = append(ends, models.RatingEnd{
			Tenant: s.Tenant, Campaign: s.Campaign, Rating: old.rating, How: models.RatingSuperseded, EndedAt: models.At(s.ReceivedAt), ByRating: s.Rating,
			Proof: proof.Of(j.prove, proof.Following(proof.EndParts(s.Tenant, s.Campaign, proof.IDOf(old.rating), proof.EndSuperseded, proof.TimeText(s.ReceivedAt), proof.IDOf(s.Rating)), proof.IDOf(old.replaced))),
		})
	}
	var parts []store.Statement
	if len(answers) > 0 {
		parts = append(parts, answerTable.Insert(answers, ""))
	}
	if len(b.replaced) > 0 {
		parts = append(parts, endTable.Insert(ends, ""),
			liveTable.Insert(lives, b.db.Dialect().OnConflictSet("tenant,campaign,channel,unit,person", "rating", "answers")))
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
	var rows []models.RatingProvenance
	for _, j := range b.in {
		if s := j.sub; s.Provenance != "" {
			rows = append(rows, models.RatingProvenance{Tenant: s.Tenant, Campaign: s.Campaign, Rating: s.Rating, Provenance: string(s.Provenance)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return []store.Statement{provenanceTable.Insert(rows, "")}
}

// ReplacedBy selects which rating the one in the given column had replaced, from the
// ends of the same tenant and campaign as those in the given table.
func ReplacedBy(table, column string) string {
	return "(SELECT MIN(o.rating) FROM rating_ends o WHERE o.tenant = " + table + ".tenant AND o.campaign = " + table + ".campaign AND o.by_rating = " + table + "." + column + ")"
}
