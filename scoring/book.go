package scoring

import (
	"slices"

	"pingyi/models"
)

// book is one computation under way: a row a unit, in the order of the units.
type book struct {
	desk
	method    Method
	points    [5]int64
	fullMarks int64 // in hundredths
	dims      int
	rows      []row
	scores    []UnitScore
	classes   map[string]*class
}

// row is what a unit's score is made from and what its pointers point to.
type row struct {
	tally     *Tally // nil where there is none
	class     *class // of a rated unit
	mean      fixed
	exactMean ratio // set by exactClass

	levels    PerLevel
	satisfied Satisfied
	figures   figures
	rank      int
}

type figures struct{ mean, points, shrunk Decimal }

// class is a class with at least one rated unit.
type class struct {
	rated     []int // rows
	mean      fixed // C
	exactMean ratio
	exact     bool // exactMean is set
}

func newBook(m Method, fullMarks Marks, dims, units int) *book {
	return &book{
		method: m, points: m.Points.array(), fullMarks: fullMarks.hundredths, dims: dims,
		rows: make([]row, units), scores: make([]UnitScore, units), classes: make(map[string]*class),
	}
}

// enter fills in everything of row i that is counted, not computed; t may be
// nil.
func (b *book) enter(i int, u models.Unit, t *Tally) {
	r, s := &b.rows[i], &b.scores[i]
	*s = UnitScore{Code: u.Code, Name: u.Name, Class: u.Class, Levels: &r.levels}
	r.tally = t
	if t == nil {
		return
	}
	s.Ratings = t.Ratings
	s.Insufficient = t.Ratings >= b.method.HideBelow && t.Ratings < b.method.ScarceBelow
	for _, c := range t.Counts {
		r.levels.L1 += c[0]
		r.levels.L2 += c[1]
		r.levels.L3 += c[2]
		r.levels.L4 += c[3]
		r.levels.L5 += c[4]
	}
	s.Complaints = Complaints{
		Received: t.ComplaintsReceived, Answered: t.ComplaintsAnswered,
		OnTime: t.ComplaintsOnTime, Satisfied: t.ComplaintsSatisfied,
	}
	if t.Ratings == 0 {
		return
	}
	if r.class = b.classes[u.Class]; r.class == nil {
		r.class = new(class)
		b.classes[u.Class] = r.class
	}
	r.class.rated = append(r.class.rated, i)
	r.mean = b.mean(t)
}

// dimension is the number of levels given to a dimension, the points they make
// and the dimension's weight.
func (b *book) dimension(t *Tally, d int) (n, points, weight int64) {
	for l, c := range t.Counts[d] {
		n += c
		points += c * b.points[l]
	}
	return n, points, b.method.weight(d)
}

// mean is a unit's mean of 100: the weighted mean of the means of the
// dimensions that have a level.
func (b *book) mean(t *Tally) fixed {
	var s sum
	for d := range b.dims {
		if n, points, weight := b.dimension(t, d); n > 0 {
			s.add(fixed(quotient(uint64(points), one, 0, 0, uint64(n))), uint64(weight)) //nolint:gosec // checked: not negative
		}
	}
	return s.mean()
}

// score computes the figures of all rated units.
func (b *book) score() {
	for _, c := range b.classes {
		var s sum
		for _, i := range c.rated { // each once, with few ratings or many
			s.add(b.rows[i].mean, 1)
		}
		c.mean = s.mean()
	}
	for i := range b.rows {
		r, s := &b.rows[i], &b.scores[i]
		if r.class == nil {
			continue
		}
		var settled bool
		if r.figures, settled = b.figures(r); !settled {
			r.figures = b.exact(r)
		}
		l := r.levels
		satisfied, answers := l.L5+l.L4, l.L5+l.L4+l.L3+l.L2+l.L1
		r.satisfied = Satisfied{Answers: answers, Share: Decimal((200*satisfied + answers) / (2 * answers))}
		r.satisfied.Low, r.satisfied.High = b.wilson(satisfied, answers, s.Ratings)
		s.Mean, s.Points, s.ShrunkMean, s.Satisfied = &r.figures.mean, &r.figures.points, &r.figures.shrunk, &r.satisfied
	}
	for _, c := range b.classes {
		b.rank(c)
	}
}

// figures computes a rated row's figures, and whether that settles all of them.
func (b *book) figures(r *row) (figures, bool) {
	n, m := uint64(r.tally.Ratings), uint64(b.method.M)                                 //nolint:gosec // checked: not negative
	shrunk := fixed(quotient(uint64(r.mean), n, uint64(r.class.mean), m, n+m))          // S = (n·mean + m·C) / (n + m)
	part, w, full := r.mean, uint64(b.handling(r.tally)), uint64(b.fullMarks)           //nolint:gosec // checked: not negative
	well, received := uint64(r.tally.handledWell()), uint64(r.tally.ComplaintsReceived) //nolint:gosec // checked: not negative
	if b.method.Official == Shrunk {
		part = shrunk
	}
	var share uint64
	if w > 0 {
		share = quotient(100*well, one, 0, 0, received)
	}
	points := fixed(quotient(uint64(part), (100-w)*full, share, w*full, 100*100*100))

	var f figures
	var ok [3]bool
	f.mean, ok[0] = r.mean.round()
	f.points, ok[1] = points.round()
	f.shrunk, ok[2] = shrunk.round()
	return f, ok[0] && ok[1] && ok[2]
}

// handling is w in hundredths, nought where there is no complaint to handle.
func (b *book) handling(t *Tally) int64 {
	if t.ComplaintsReceived == 0 {
		return 0
	}
	return b.method.Handling
}

// handledWell counts the complaints answered on time and not called
// unsatisfied.
func (t *Tally) handledWell() int64 { return t.ComplaintsOnTime - t.ComplaintsUnsatisfied }

// exact computes what figures does, in whole fractions.
func (b *book) exact(r *row) figures {
	b.exactClass(r.class)
	var f figures
	f.mean = b.round(&r.exactMean)

	n, m := r.tally.Ratings, b.method.M
	b.shrunk.copy(&r.class.exactMean)
	b.scale(&b.shrunk, m, n+m)
	b.part.copy(&r.exactMean)
	b.scale(&b.part, n, n+m)
	b.add(&b.shrunk, &b.part)
	f.shrunk = b.round(&b.shrunk)

	points := &r.exactMean
	if b.method.Official == Shrunk {
		points = &b.shrunk
	}
	b.sum.copy(points)
	if w := b.handling(r.tally); w > 0 {
		b.scale(&b.sum, 100-w, 100)
		// w in hundredths is w of 1 times 100 points.
		b.part.set(w*r.tally.handledWell(), r.tally.ComplaintsReceived)
		b.add(&b.sum, &b.part)
	}
	b.scale(&b.sum, b.fullMarks, 100*100)
	f.points = b.round(&b.sum)
	return f
}

// exactClass makes the exact means of a class and of its rated units, once.
func (b *book) exactClass(c *class) {
	if c.exact {
		return
	}
	c.exact = true
	for k, i := range c.rated {
		r := &b.rows[i]
		var weights int64
		for d := range b.dims {
			n, points, weight := b.dimension(r.tally, d)
			if n == 0 {
				continue
			}
			b.part.set(weight*points, n)
			b.accumulate(&r.exactMean, &b.part, weights == 0)
			weights += weight
		}
		b.scale(&r.exactMean, 1, weights)
		b.accumulate(&c.exactMean, &r.exactMean, k == 0)
	}
	b.scale(&c.exactMean, 1, int64(len(c.rated)))
}

// rank numbers the rated units of a class by their points as published: ties
// are ties (1-2-2-4).
func (b *book) rank(c *class) {
	order := slices.Clone(c.rated)
	slices.SortFunc(order, func(x, y int) int { return int(b.rows[y].figures.points - b.rows[x].figures.points) })
	for place, i := range order {
		r := &b.rows[i]
		r.rank = place + 1
		if place > 0 {
			if before := &b.rows[order[place-1]]; before.figures.points == r.figures.points {
				r.rank = before.rank
			}
		}
		b.scores[i].Rank = &r.rank
	}
}
