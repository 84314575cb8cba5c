package record

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// WriterOptions of NewWriter; zero values mean the defaults.
type WriterOptions struct {
	Writers  int // transactions at a time: 2, on SQLite always 1
	MaxBatch int // submissions a transaction: 256, at most 1000
	Queue    int // submissions that may wait to be taken: Writers x MaxBatch
}

// Writer commits submissions in groups: each of its writers takes what is
// queued, runs one transaction and answers every waiter. There is no timer, so
// a submission that comes alone does not wait.
type Writer struct {
	store   *Store
	o       WriterOptions
	queue   chan *job
	known   units
	mu      sync.RWMutex // held for reading while a submission enters the queue
	closed  bool
	started bool
	done    chan struct{}
}

// job is a submission and its waiter.
type job struct {
	sub      *scoring.Submission
	deadline time.Time
	reply    chan reply
	prove    proof.Prover // nil: none
	proof    []byte       // of the rating's effect
}

type reply struct {
	ack scoring.Ack
	err error
}

func (j *job) answer(ack scoring.Ack, err error) { j.reply <- reply{ack, err} }

// NewWriter makes a writer on a Store; Run makes it work.
func NewWriter(s *Store, o WriterOptions) *Writer {
	if o.Writers <= 0 {
		// All ratings meet in the same few tally rows, whose locks are held to
		// the commit: one writer prepares while another commits, and further
		// ones would only make the groups smaller.
		o.Writers = 2
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = 256
	}
	o.MaxBatch = min(o.MaxBatch, 1000)
	if !s.db.Dialect().IsMySQL() {
		o.Writers = 1
	}
	if o.Queue <= 0 {
		o.Queue = o.Writers * o.MaxBatch
	}
	return &Writer{store: s, o: o, queue: make(chan *job, o.Queue), done: make(chan struct{})}
}

// Run works until Close. It may be called once.
func (w *Writer) Run() error {
	w.mu.Lock()
	if w.started {
		w.mu.Unlock()
		return fmt.Errorf("the writer runs already")
	}
	w.started = true
	w.mu.Unlock()
	defer close(w.done)
	var group sync.WaitGroup
	for range w.o.Writers {
		group.Go(w.loop)
	}
	group.Wait()
	return nil
}

// Close takes no more submissions, commits those that are queued, answers their
// waiters and returns. It may be called more than once.
func (w *Writer) Close() {
	w.mu.Lock()
	first := !w.closed
	w.closed = true
	started := w.started
	if first {
		close(w.queue)
	}
	w.mu.Unlock()
	switch {
	case started:
		<-w.done
	case first:
		for j := range w.queue {
			j.answer(scoring.Ack{}, errClosed)
		}
	}
}

// Submit puts a confirmed rating into the record and returns after the commit.
//
// The verdict says what became of it; see scoring.Verdict. An error that
// IsUnresolved recognises means that the rating may still be committed: the
// caller's time was up, or the connection was lost at the commit. Any other
// error means that nothing was recorded; Unavailable that it never got a turn.
func (w *Writer) Submit(ctx context.Context, s scoring.Submission) (scoring.Ack, error) {
	if err := checkSubmission(&s); err != nil {
		return scoring.Ack{}, err
	}
	prove, err := w.store.prover(ctx, s.Tenant)
	if err != nil {
		return scoring.Ack{}, err
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(store.WithoutDeadline)
	}
	j := &job{sub: &s, deadline: deadline, reply: make(chan reply, 1), prove: prove}
	j.proof = proof.Of(prove, proof.RatingWithProvenance(&proof.Effect{Tenant: s.Tenant, Push: proof.IDOf(s.Push), ID: proof.IDOf(s.Rating), RecordedAt: proof.TimeText(s.ReceivedAt)}, proof.RatingOf(&s)))
	if err := w.enqueue(ctx, j); err != nil {
		return scoring.Ack{}, err
	}
	select {
	case r := <-j.reply:
		return r.ack, r.err
	case <-ctx.Done():
		select {
		case r := <-j.reply:
			return r.ack, r.err
		default:
		}
		return scoring.Ack{}, store.Unresolved("submit", ctx.Err())
	}
}

func (w *Writer) enqueue(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- j:
		return nil
	case <-ctx.Done():
		return models.Errorf(models.Unavailable, "busy", "the record is busy")
	}
}

func checkSubmission(s *scoring.Submission) error {
	switch {
	case s.Rating.IsZero(), s.Person.IsZero(), s.Push.IsZero(), s.Draft.IsZero(), s.Receipt == "", s.Tenant == "":
		return models.Errorf(models.Invalid, "incomplete_rating", "a rating lacks an id")
	case s.PlatformAt.IsZero(), s.ReceivedAt.IsZero():
		return models.Errorf(models.Invalid, "incomplete_rating", "a rating lacks a time")
	case len(s.Answers) > models.MaxDimensions, !s.Answers.HasLevel(), !s.Answers.Complete():
		return models.Errorf(models.Invalid, "invalid_answers", "a rating needs an answer to every question and a level in one")
	}
	return nil
}

// loop is one writer. What cannot share a transaction with the batch at hand
// stays in rest and goes first in the next.
func (w *Writer) loop() {
	var rest []*job
	for {
		if len(rest) == 0 {
			j, open := <-w.queue
			if !open {
				return
			}
			rest = append(rest, j)
		}
		rest = w.take(rest)
		var batch []*job
		batch, rest = split(rest, w.o.MaxBatch)
		w.run(batch, store.Tries{})
	}
}

// take adds what is queued, without waiting.
func (w *Writer) take(jobs []*job) []*job {
	for len(jobs) < w.o.MaxBatch {
		select {
		case j, open := <-w.queue:
			if !open {
				return jobs
			}
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// liveKey is what a person has one live rating of.
type liveKey struct {
	channel models.Channel
	unit    string
	person  models.ID
}

func keyOf(s *scoring.Submission) liveKey { return liveKey{s.Channel, s.Unit, s.Person} }

// split picks a batch: one campaign, and no two submissions that share a push,
// a draft, a receipt, a rating or a live key. Of two that share one the second
// waits for what became of the first. The batch is sorted by push, so that two
// writers lock in one order.
func split(jobs []*job, limit int) (batch, rest []*job) {
	ids := make(map[models.ID]bool, 3*len(jobs))
	lives := make(map[liveKey]bool, len(jobs))
	receipts := make(map[string]bool, len(jobs))
	first := jobs[0].sub
	for _, j := range jobs {
		s, k := j.sub, keyOf(j.sub)
		if len(batch) == limit || s.Tenant != first.Tenant || s.Campaign != first.Campaign ||
			ids[s.Push] || ids[s.Draft] || ids[s.Rating] || lives[k] || receipts[s.Receipt] {
			rest = append(rest, j)
			continue
		}
		ids[s.Push], ids[s.Draft], ids[s.Rating], lives[k], receipts[s.Receipt] = true, true, true, true, true
		batch = append(batch, j)
	}
	slices.SortFunc(batch, func(a, b *job) int { return slices.Compare(a.sub.Push[:], b.sub.Push[:]) })
	return batch, rest
}

// run brings a batch to its end: every waiter is answered. t counts the attempts at
// these so far.
func (w *Writer) run(jobs []*job, t store.Tries) {
	deadline := jobs[0].deadline
	for _, j := range jobs {
		if j.deadline.After(deadline) {
			deadline = j.deadline
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	for len(jobs) > 0 {
		b := &batch{db: w.store.db, jobs: jobs, again: t.Careful, verdicts: make([]*scoring.Ack, len(jobs))}
		err := w.attempt(ctx, b)
		if err == nil {
			jobs = b.settle()
			continue
		}
		w.store.db.Leave(err)
		if t.Again(ctx, err, b.committing) {
			continue
		}
		if store.RowIsToBlame(err) && len(jobs) > 1 {
			// One row is to blame, and only its waiter shall hear of it.
			for _, j := range jobs {
				w.run([]*job{j}, t)
			}
			return
		}
		err = t.Outcome("submit", err)
		for _, j := range jobs {
			j.answer(scoring.Ack{}, err)
		}
		return
	}
}

func (w *Writer) attempt(ctx context.Context, b *batch) error {
	s := b.jobs[0].sub
	known, err := w.known.of(ctx, w.store, s.Tenant, s.Campaign)
	if err != nil {
		return err
	}
	return b.transact(ctx, known)
}

// errClosed is returned by a writer that takes no more.
var errClosed = models.Errorf(models.Unavailable, "closing", "the record is closing")
