package register

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// decode makes text of a register file, telling UTF-8 and GB18030 apart. GBK
// and GB2312 are parts of GB18030.
func decode(raw []byte) (string, *Fault) {
	if bytes.HasPrefix(raw, []byte{0xFF, 0xFE}) || bytes.HasPrefix(raw, []byte{0xFE, 0xFF}) {
		return "", &Fault{Line: 1, Text: "the file is UTF-16; save it as CSV UTF-8"}
	}
	text, marked := bytes.CutPrefix(raw, []byte("\ufeff"))
	if utf8.Valid(text) && (marked || !looksLatin(text)) {
		return string(text), nil
	}
	if !marked {
		if decoded, ok := gb18030(text); ok && !damagedUTF8(text) {
			return decoded, nil
		}
		if utf8.Valid(text) {
			return string(text), nil
		}
	}
	if marked || damagedUTF8(text) {
		return "", &Fault{Line: lineOf(text), Text: "a byte that is no UTF-8"}
	}
	decoded, _ := gb18030(text)
	return "", &Fault{Line: lineOf([]byte(decoded)), Text: "the file is no UTF-8, and from this line on no GB18030 either"}
}

// gb18030 reads GB18030, and of GBK also the characters that it has at private
// places, which the library knows nothing of: folding tells what they stand for.
func gb18030(text []byte) (string, bool) {
	decoder := simplifiedchinese.GB18030.NewDecoder()
	var whole strings.Builder
	for from, at := 0, 0; from < len(text); {
		private := rune(0)
		for at < len(text) && private == 0 {
			size := 1
			switch {
			case text[at] < 0x81 || at+1 == len(text):
			case text[at+1] >= '0' && text[at+1] <= '9':
				size = min(4, len(text)-at)
			default:
				size = 2
				private = privateUse(text[at], text[at+1])
			}
			at += size
		}
		end := at
		if private != 0 {
			end -= 2
		}
		decoded, err := decoder.Bytes(text[from:end])
		whole.Write(decoded)
		if err != nil {
			return whole.String(), false
		}
		if private != 0 {
			whole.WriteRune(private)
		}
		from = at
	}
	return whole.String(), !strings.ContainsRune(whole.String(), utf8.RuneError)
}

// privateUse is the private-use character of two bytes of GBK, or 0 for any other
// character: the three areas for fonts of the user's own, and the places of
// characters that Unicode did not have when GBK was made.
func privateUse(lead, trail byte) rune {
	high, low := rune(lead), rune(trail)
	switch {
	case low < 0x40 || low == 0x7f || low == 0xff:
		return 0
	case high >= 0xaa && high <= 0xaf && low >= 0xa1:
		return 0xe000 + (high-0xaa)*94 + low - 0xa1
	case high >= 0xf8 && low >= 0xa1:
		return 0xe234 + (high-0xf8)*94 + low - 0xa1
	case high >= 0xa1 && high <= 0xa7 && low <= 0xa0:
		return 0xe4c6 + (high-0xa1)*96 + low - 0x40 - afterDel(low)
	case high == 0xfe && low >= 0x50 && low <= 0xa0:
		return 0xe815 + low - 0x50 - afterDel(low)
	case high == 0xa6 && low >= 0xd9 && low <= 0xdf:
		return 0xe78d + low - 0xd9
	case high == 0xa8 && low == 0xbc:
		return 0xe7c7
	}
	return 0
}

// afterDel is 1 for the second bytes behind the one that GBK leaves out.
func afterDel(low rune) rune {
	if low > 0x7f {
		return 1
	}
	return 0
}

// looksLatin reports whether valid UTF-8 has other than ASCII characters, yet
// only of two bytes. Such a "UTF-8" file holds no Chinese and is really GBK:
// 联通 in GBK is the best known pair of characters that reads as UTF-8.
func looksLatin(text []byte) bool {
	other := false
	for len(text) > 0 {
		_, size := utf8.DecodeRune(text)
		if size > 2 {
			return false
		}
		other = other || size == 2
		text = text[size:]
	}
	return other
}

// damagedUTF8 reports whether text that is no valid UTF-8 was meant to be:
// characters of three bytes, which Chinese in GBK hardly ever imitates, are more
// than the bytes that fit nowhere. Taken for GB18030 it would be gibberish that
// no check finds.
func damagedUTF8(text []byte) bool {
	whole, broken := 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size == 3:
			whole++
		}
		text = text[size:]
	}
	return whole > broken
}

// lineOf is the line of the first character that could not be read.
func lineOf(text []byte) int {
	at := bytes.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
	return 1 + bytes.Count(text[:max(at, 0)], []byte("\n"))
}
