package register

import (
	"bytes"
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

func gb18030(text []byte) (string, bool) {
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	return string(decoded), err == nil && !bytes.ContainsRune(decoded, utf8.RuneError)
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
