package intake

import (
	"encoding/binary"
	"errors"

	"pingyi/bot"
)

var (
	sessionUse = []byte("session")
	errAnswer  = errors.New("a stored answer is malformed")
)

// encodeAnswer is the time and the text of an answer; no name of a citizen is
// in it, the platform's envelope is made anew around it.
func encodeAnswer(a Answer) []byte {
	b := make([]byte, 0, binary.MaxVarintLen64+len(a.Text))
	b = binary.AppendVarint(b, a.At)
	return append(b, a.Text...)
}

func decodeAnswer(b []byte) (Answer, error) {
	at, n := binary.Varint(b)
	if n <= 0 {
		return Answer{}, errAnswer
	}
	return Answer{At: at, Text: string(b[n:])}, nil
}

func (t *turn) sealAnswer(a Answer) []byte { return t.box.Seal(encodeAnswer(a), t.PushID[:]) }

func (t *turn) openAnswer(sealed []byte) (Answer, error) {
	plain, err := t.box.Open(sealed, t.PushID[:])
	if err != nil {
		return Answer{}, err
	}
	return decodeAnswer(plain)
}

// open reads a sealed session. One that cannot be read, because its key or its
// flow's version is gone, is a new citizen's: the dialogue restarts, and its
// version is kept so that it is replaced.
func (t *turn) open(sealed []byte) current {
	if len(sealed) < VersionSize {
		return current{}
	}
	cur := current{version: sealed[:VersionSize:VersionSize]}
	plain, err := t.box.Open(sealed, sessionUse)
	if err != nil {
		return cur
	}
	var s bot.Session
	if s.UnmarshalBinary(plain) == nil {
		cur.session = s
	}
	return cur
}
