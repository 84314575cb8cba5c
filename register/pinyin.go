package register

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// spelling holds how every term may be typed, a syllable a character, all terms
// one after another.
type spelling struct {
	begins   []begin
	readings [][]string // all readings without tones; of a letter or digit, itself
	memo     map[rune]syllable
}

// begin tells at a glance whether a query may begin at a syllable: its first
// letter and the letter after that, which may be the next syllable's.
type begin struct{ first, second uint32 }

type syllable struct {
	begin
	letters  uint32
	readings []string
}

const anyLetter uint32 = 1<<27 - 1

// letterBit is a letter's own bit; all digits share one. Anything else has none.
func letterBit(c byte) uint32 {
	switch {
	case c >= 'a' && c <= 'z':
		return 1 << (c - 'a')
	case c >= '0' && c <= '9':
		return 1 << 26
	}
	return 0
}

// add notes a folded text and returns where its syllables stand and the letters
// they can hold. Characters that are not typed (brackets, dots) are left out.
func (s *spelling) add(text string) (from, to int, letters uint32) {
	from = len(s.begins)
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		y, known := s.memo[r]
		if !known {
			y = read(r)
			s.memo[r] = y
		}
		if k := len(s.begins); k > from {
			s.begins[k-1].second |= y.first
		}
		s.begins = append(s.begins, y.begin)
		s.readings = append(s.readings, y.readings)
		letters |= y.letters
	}
	return from, len(s.begins), letters
}

// read lists the readings of a character; ü may be typed as v and as u.
func read(r rune) syllable {
	var y syllable
	add := func(reading string) {
		y.readings = append(y.readings, reading)
		y.first |= letterBit(reading[0])
		if len(reading) > 1 {
			y.second |= letterBit(reading[1])
		}
		for i := range len(reading) {
			y.letters |= letterBit(reading[i])
		}
	}
	switch {
	case r < unicode.MaxASCII:
		add(string(r))
		return y
	case r == '市': // its other reading, fu, is a rare form of another character
		add("shi")
		return y
	}
	for _, reading := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true}) {
		if reading == "" {
			continue
		}
		add(reading)
		if strings.Contains(reading, "v") {
			add(strings.ReplaceAll(reading, "v", "u"))
		}
	}
	return y
}

// maxSpelt is how many letters a query may have: the reached places of a query
// are the bits of a word.
const maxSpelt = 63

// spellable reports whether q can be pinyin, and the letters it holds.
func spellable(q string) (letters uint32, ok bool) {
	if q == "" || len(q) > maxSpelt {
		return 0, false
	}
	for i := range len(q) {
		bit := letterBit(q[i])
		if bit == 0 {
			return 0, false
		}
		letters |= bit
	}
	return letters, letters != letterBit('0')
}

// spells reports whether q spells the characters from `from` on, each by a
// reading or the beginning of one, and whether it goes to the end, at to.
func (s *spelling) spells(q string, from, to int) (spelt, all bool) {
	done := uint64(1) << len(q)
	reached := uint64(1) // bit i: the first i letters of q are used up
	for k := from; k < to && reached != 0; k++ {
		var next uint64
		for at := range len(q) {
			if reached&(1<<at) == 0 || s.begins[k].first&letterBit(q[at]) == 0 {
				continue
			}
			for _, reading := range s.readings[k] {
				n := 0
				for n < len(reading) && at+n < len(q) && reading[n] == q[at+n] {
					n++
				}
				next |= (1<<n - 1) << (at + 1)
			}
		}
		if next&done != 0 {
			spelt = true
			all = k == to-1
		}
		reached = next &^ done
	}
	return spelt, all
}
