package simulator

import (
	"math/rand/v2"

	"pingyi/models"
)

// opening is how a citizen comes to a unit's first question.
type opening uint8

const (
	openByScan opening = iota
	openByName
)

// answering is how a citizen answers the questions.
type answering int

const (
	answerAtOnce answering = iota // 55445
	answerWide                    // ５，５，４，４，５
	answerByTap
	answerByDigit // a digit a question
	answerings    = iota
)

// intent is one rating that a citizen means to give.
type intent struct {
	unit      int // place in the list of units
	open      opening
	answer    answering
	answers   models.Answers // MaxDimensions of them; a campaign uses the first ones
	change    bool           // replaces this citizen's rating of the same unit
	twice     bool           // taps 确认 again afterwards
	redeliver bool           // the platform delivers the confirming push again
}

// levelShare is how often each answer is given, of 100.
var levelShare = []struct {
	level models.Level
	share int
}{{5, 38}, {4, 27}, {3, 14}, {2, 7}, {1, 4}, {models.NotMet, 6}, {models.Skipped, 4}}

// planCitizen decides all that a citizen will do from the seed and the
// citizen's number alone, so that a run can be repeated with its citizens in
// another order. units is the number of units to choose from.
func planCitizen(seed uint64, number, units int) []intent {
	//nolint:gosec // a repeatable choice is wanted here, nothing is kept secret by it
	r := rand.New(rand.NewPCG(seed, uint64(number)))
	var plan []intent
	chosen := r.Perm(units)
	for _, unit := range chosen[:min(1+r.IntN(5), units)] {
		in := intent{unit: unit, answer: answering(r.IntN(answerings)), answers: chooseAnswers(r)}
		if r.IntN(3) == 0 {
			in.open = openByName
		}
		in.twice, in.redeliver = r.IntN(10) == 0, r.IntN(10) == 0
		plan = append(plan, in)
		if r.IntN(6) == 0 {
			// By name: a second scan of one code within a second would be the
			// same event to the platform.
			plan = append(plan, intent{unit: unit, open: openByName, answer: answering(r.IntN(answerings)),
				answers: chooseAnswers(r), change: true})
		}
	}
	return plan
}

func chooseAnswers(r *rand.Rand) models.Answers {
	a := make(models.Answers, models.MaxDimensions)
	for i := range a {
		n := r.IntN(100)
		for _, s := range levelShare {
			if n -= s.share; n < 0 {
				a[i] = s.level
				break
			}
		}
	}
	return a
}

// fit cuts the answers to a campaign's number of questions. Digits cannot skip,
// so 未接触 stands for it there; and a rating has at least one level.
func (in intent) fit(questions int) models.Answers {
	a := append(models.Answers{}, in.answers[:questions]...)
	for i := range a {
		if a[i] == models.Skipped && in.answer != answerByTap {
			a[i] = models.NotMet
		}
	}
	if !a.HasLevel() {
		a[0] = 4
	}
	return a
}
