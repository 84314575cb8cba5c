package record

import (
	"context"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// What the tests of this package ask of its inside.
var (
	DatedBefore = datedBefore
	Later       = later
	ErrClosed   = errClosed
)

// LiveKey is what a person has one live rating of.
type LiveKey struct{ liveKey }

// KeyOf is the live key of a submission.
func KeyOf(s *scoring.Submission) LiveKey { return LiveKey{keyOf(s)} }

// Tally is where a rating of k counts.
func (k LiveKey) Tally() (channel models.Channel, unit string) { return k.channel, k.unit }

// Waiting is how many submissions wait to be taken.
func (w *Writer) Waiting() int { return len(w.queue) }

// Enqueue puts a submission into the queue of a writer that does not work yet, and
// returns what waits for its reply.
func (w *Writer) Enqueue(ctx context.Context, s *scoring.Submission) (wait func() (scoring.Ack, error), err error) {
	j := &job{sub: s, deadline: time.Now().Add(time.Minute), reply: make(chan reply, 1)}
	if err := w.enqueue(ctx, j); err != nil {
		return nil, err
	}
	return func() (scoring.Ack, error) { r := <-j.reply; return r.ack, r.err }, nil
}

// RunUntilClosed closes the queue and works it off.
func (w *Writer) RunUntilClosed() error {
	w.mu.Lock()
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	return w.Run()
}
