package folding

import "unicode"

const (
	firstLookalike = 0x2e80
	firstIdeograph = 0x4e00
	lastIdeograph  = 0x9fff
)

// compatible are the blocks in which every character is a second code of one
// ideograph: Kangxi radicals and compatibility ideographs.
var compatible = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x2f00, Hi: 0x2fd5, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x2f800, Hi: 0x2fa1f, Stride: 1}},
}

// index finds what the tables say of a character.
type index struct {
	simple [lastIdeograph - firstIdeograph + 1]uint16 // 0: the character itself
	looks  map[rune]rune
}

var tables = newIndex()

func newIndex() *index {
	x := &index{looks: map[rune]rune{}}
	pairs(traditional, func(from, to rune) { x.simple[from-firstIdeograph] = uint16(to) }) //nolint:gosec // below U+10000
	pairs(lookalikes, func(from, to rune) { x.looks[from] = to })
	pairs(standIns, func(from, to rune) { x.looks[from] = to })
	return x
}

func pairs(table string, each func(from, to rune)) {
	from := rune(0)
	for _, r := range table {
		if from == 0 {
			from = r
			continue
		}
		each(from, r)
		from = 0
	}
}
