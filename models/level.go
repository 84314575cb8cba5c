package models

import "fmt"

// Level is one answer (评价等级): 5 非常满意, 4 满意, 3 基本满意, 2 不满意,
// 1 非常不满意, as the national 好差评 system numbers them. NotMet and Skipped
// are answers without a level; both stay out of every mean.
type Level uint8

// Answers that carry no level.
const (
	NotMet     Level = 0 // 未接触/不了解
	Skipped    Level = 6 // 跳过: stored apart from NotMet, treated alike
	Unanswered Level = 7 // not asked yet; never stored as evidence
)

// HasLevel reports whether l is one of the five levels.
func (l Level) HasLevel() bool { return l >= 1 && l <= 5 }

// Low reports whether l is a 差评 (levels 1 and 2).
func (l Level) Low() bool { return l == 1 || l == 2 }

// Answers is one answer a dimension, in the order of the dimension set.
type Answers []Level

// String is the stored form: one character a dimension, 0-5, - for skipped,
// ? for unanswered.
func (a Answers) String() string {
	b := make([]byte, len(a))
	for i, l := range a {
		switch {
		case l <= 5:
			b[i] = '0' + byte(l)
		case l == Skipped:
			b[i] = '-'
		default:
			b[i] = '?'
		}
	}
	return string(b)
}

// ParseAnswers reads the stored form.
func ParseAnswers(s string) (Answers, error) {
	if len(s) > MaxDimensions {
		return nil, fmt.Errorf("%d answers, at most %d", len(s), MaxDimensions)
	}
	a := make(Answers, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '5':
			a[i] = Level(c - '0')
		case c == '-':
			a[i] = Skipped
		case c == '?':
			a[i] = Unanswered
		default:
			return nil, fmt.Errorf("answer %d is %q", i+1, c)
		}
	}
	return a, nil
}

// HasLevel reports whether at least one answer carries a level; a rating
// without one is not a rating.
func (a Answers) HasLevel() bool {
	for _, l := range a {
		if l.HasLevel() {
			return true
		}
	}
	return false
}

// Low reports whether any answer is a 差评.
func (a Answers) Low() bool {
	for _, l := range a {
		if l.Low() {
			return true
		}
	}
	return false
}

// Complete reports whether every dimension has an answer.
func (a Answers) Complete() bool {
	for _, l := range a {
		if l == Unanswered {
			return false
		}
	}
	return true
}
