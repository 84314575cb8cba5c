package simulator

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Summary is what a run of the driver did.
type Summary struct {
	Citizens      int     `json:"citizens"`
	Ratings       int     `json:"ratings"` // live ones: a changed rating counts once
	Changes       int     `json:"changes"`
	Pushes        int     `json:"pushes"`
	Seconds       float64 `json:"seconds"`
	PushesPerSec  float64 `json:"pushes_per_second"`
	MillisMedian  float64 `json:"p50_ms"`
	Millis99      float64 `json:"p99_ms"`
	FailedVisits  int     `json:"failed"`
	RatedUnits    int     `json:"rated_units"`
	AnswersLevels int     `json:"levels"` // answers with a level, in live ratings
}

// String is the summary as a person reads it, one line.
func (s Summary) String() string {
	return fmt.Sprintf("%d citizens, %d ratings of %d units (%d changed), %d pushes in %.1f s: %.0f pushes/s, p50 %.1f ms, p99 %.1f ms, %d failed",
		s.Citizens, s.Ratings, s.RatedUnits, s.Changes, s.Pushes, s.Seconds, s.PushesPerSec, s.MillisMedian, s.Millis99, s.FailedVisits)
}

func (r *run) summary(took time.Duration) Summary {
	s := Summary{Citizens: int(r.done.Load()), Changes: r.changes, Pushes: len(r.times), Seconds: took.Seconds(),
		FailedVisits: r.failed, RatedUnits: len(r.own)}
	for _, c := range r.own {
		s.Ratings += int(c.ratings)
		for _, n := range c.levels {
			s.AnswersLevels += int(n)
		}
	}
	if took > 0 {
		s.PushesPerSec = float64(s.Pushes) / took.Seconds()
	}
	slices.Sort(r.times)
	s.MillisMedian, s.Millis99 = quantile(r.times, 50), quantile(r.times, 99)
	return s
}

// quantile is the nearest-rank percentile of sorted times, in milliseconds.
func quantile(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*percent + 99) / 100
	return float64(sorted[max(rank, 1)-1].Microseconds()) / 1000
}

// verdict is nil where every answer was right and nothing differs.
func (r *run) verdict(differences []string) error {
	if r.failed == 0 && len(differences) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d visits failed, %d figures differ", r.failed, len(differences))
	for _, line := range append(slices.Clone(r.failures), differences[:min(len(differences), maxListed)]...) {
		b.WriteString("\n  " + line)
	}
	return errors.New(b.String())
}

const (
	barWidth = 30
	barEvery = 200 * time.Millisecond
)

// showProgress draws a bar until the returned function is called.
func (r *run) showProgress() (stop func()) {
	if r.o.Progress == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(barEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.draw(r.o.Progress)
			case <-end:
				r.draw(r.o.Progress)
				_, _ = fmt.Fprintln(r.o.Progress)
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// draw draws the bar over the last one; a bar that cannot be drawn is no
// reason to stop.
func (r *run) draw(w io.Writer) {
	done := int(r.done.Load())
	full := barWidth * done / r.o.Citizens
	_, _ = fmt.Fprintf(w, "\r[%s%s] %d/%d citizens, %d pushes", strings.Repeat("#", full), strings.Repeat(".", barWidth-full),
		done, r.o.Citizens, r.pushes.Load())
}
