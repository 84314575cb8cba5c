package social

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pingyi/models"
)

// Tell is what the author of a text that the platform pushed is told of it: such
// a push can be answered without a call. A text that was only polled is answered
// nothing.
type Tell string

// What can be told.
const (
	TellNothing    Tell = ""
	TellCounted    Tell = "counted"     // it counts
	TellStands     Tell = "stands"      // a rating by message or form stands
	TellUnlinked   Tell = "unlinked"    // it was not recorded, which is no fault of the text
	TellNotRated   Tell = "not_rated"   // the campaign does not rate the unit
	TellHow        Tell = "how"         // how to rate, in public and by message
	TellHowPrivate Tell = "how_private" // how to rate by message: public texts do not count
)

// once is under which of the two heads an author is told something at most once
// a day: that a text counts, or anything else. Who was told how and then writes
// it rightly is told so.
func (t Tell) once() string {
	if t == TellCounted {
		return string(TellCounted)
	}
	return string(TellHow)
}

// Answers keeps which texts were answered.
type Answers interface {
	// MayAnswer reports whether a text is the one of its author that is answered
	// under a head on a day: the first that asked, for as often as it asks.
	MayAnswer(ctx context.Context, a Account, author models.ID, day, head string, item models.ID) (bool, error)
}

// Answer is what to tell about a text, the unit that it rates, and a unit that
// serves as an example of how to rate.
type Answer struct {
	Tell    Tell
	Unit    models.Unit
	Example models.Unit
}

// Answer decides what the author of a text is told. It depends on the text, what
// became of it and the campaigns, not on when it is asked.
func (w *World) Answer(item *Item, r *Reading) Answer {
	open := w.openAt(item.At)
	if len(open) == 0 {
		return Answer{}
	}
	a := Answer{Unit: w.unit(r.Unit), Example: w.example(open[0])}
	switch {
	case r.Outcome == Counted:
		a.Tell = TellCounted
	case r.Reason == FullStands:
		a.Tell = TellStands
	case r.Reason == Unlinked:
		a.Tell = TellUnlinked
	case r.Reason == NotRated:
		a.Tell = TellNotRated
	case r.Reason.misread():
		a.Tell = TellHowPrivate
		// Not knowing its name the account takes no mention for one of its own.
		if open[0].Public && len(w.Names) > 0 {
			a.Tell = TellHow
		}
	case r.Reason == NotByMethod, r.Reason == SeveralOpen:
		a.Tell = TellHowPrivate
	}
	if name := a.named(); name == "" {
		return Answer{} // there is no way to say it
	}
	return a
}

// named is the name of the unit that the answer is about.
func (a *Answer) named() string {
	switch a.Tell {
	case TellHow, TellHowPrivate:
		return a.Example.Name
	case TellNothing:
		return ""
	default:
		return a.Unit.Name
	}
}

// openAt are the campaigns that were open at a time, those first whose method
// counts public texts.
func (w *World) openAt(at time.Time) []*Campaign {
	var open []*Campaign
	for i := range w.Campaigns {
		if c := &w.Campaigns[i]; !at.Before(c.From) && at.Before(c.To) {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *Campaign) int {
		switch {
		case a.Public == b.Public:
			return strings.Compare(a.ID, b.ID)
		case a.Public:
			return -1
		}
		return 1
	})
	return open
}

// unit finds a unit by its code; the zero one where it is not there any more.
func (w *World) unit(code string) models.Unit {
	if found := w.Directory.Exact(code); code != "" && len(found) == 1 {
		return found[0]
	}
	return models.Unit{}
}

// longestExample bounds the name of an example, in characters, so that it can be
// shown whole.
const longestExample = 40

// example is the first unit of a campaign, by code, that its name alone names.
func (w *World) example(c *Campaign) models.Unit {
	for _, code := range slices.Sorted(maps.Keys(c.Units)) {
		u := w.unit(code)
		if len(strings.Fields(u.Name)) == 1 && utf8.RuneCountInString(u.Name) <= longestExample && len(w.Directory.Exact(u.Name)) == 1 {
			return u
		}
	}
	return models.Unit{}
}

// Reply reads a text that the platform has just pushed, unless it was read before, and
// decides what its author is told. The same text is told the same as often as it
// is pushed; of several in a day one is answered.
func (r *Reader) Reply(ctx context.Context, answers Answers, kind Kind, id uint64) (Answer, error) {
	item, reading, err := r.readOne(ctx, r.Keys.Item(kind, idText(id)))
	if err != nil {
		return Answer{}, err
	}
	w, err := r.World(ctx)
	if err != nil {
		return Answer{}, err
	}
	a := w.Answer(&item, &reading)
	if a.Tell == TellNothing {
		return Answer{}, nil
	}
	may, err := answers.MayAnswer(ctx, r.Account, item.Author, Day(item.At), a.Tell.once(), item.ID)
	if err != nil || !may {
		return Answer{}, err
	}
	return a, nil
}

// readOne is a stored text and what became of it; it is read where it was not.
func (r *Reader) readOne(ctx context.Context, id models.ID) (Item, Reading, error) {
	item, reading, err := r.Store.Item(ctx, r.Account, id)
	if err != nil || reading != nil {
		return item, orZero(reading), err
	}
	w, err := r.World(ctx)
	if err != nil {
		return item, Reading{}, err
	}
	read, err := r.one(ctx, &w, &item)
	if err != nil {
		return item, Reading{}, err
	}
	if err := r.Store.WriteDown(ctx, r.Account, []Reading{read}); err != nil {
		return item, Reading{}, err
	}
	// What was written down first holds.
	item, reading, err = r.Store.Item(ctx, r.Account, id)
	return item, orZero(reading), err
}

func orZero(r *Reading) Reading {
	if r == nil {
		return Reading{}
	}
	return *r
}
