package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"pingyi/bot/codec"
	"pingyi/seal"
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

// unseal opens a value of the citizen's in Redis. One that does not open may be of a
// key that this server does not know, as it could not ask for keys for minutes: it asks
// then, and an error other than seal.ErrOpen says that it could not.
func (d *Desk) unseal(ctx context.Context, t *turn, sealed, use []byte) ([]byte, error) {
	plain, err := t.box.Open(sealed, use)
	if err == nil {
		return plain, nil
	}
	if err = d.Keys.Reload(ctx, t.Account.Tenant); err != nil {
		return nil, err
	}
	if t.box, err = t.keys.Session(t.CitizenID); err != nil {
		return nil, err
	}
	return t.box.Open(sealed, use)
}

func (d *Desk) openAnswer(ctx context.Context, t *turn, sealed []byte) (Answer, error) {
	plain, err := d.unseal(ctx, t, sealed, t.PushID[:])
	if err != nil {
		return Answer{}, err
	}
	return decodeAnswer(plain)
}

// openFinished opens an answer that was committed with an effect.
func (d *Desk) openFinished(ctx context.Context, t *turn, sealed []byte) (Answer, error) {
	plain, err := t.keys.Answers().Open(sealed, t.PushID[:])
	if err != nil {
		if err = d.Keys.Reload(ctx, t.Account.Tenant); err == nil {
			plain, err = t.keys.Answers().Open(sealed, t.PushID[:])
		}
	}
	if err != nil {
		return Answer{}, fmt.Errorf("committed answer: %w", err)
	}
	return decodeAnswer(plain)
}

// open reads a sealed session. One that cannot be read, because its key or its
// flow's version is gone, is a new citizen's: the dialogue restarts, and its
// version is kept so that it is replaced.
func (d *Desk) open(ctx context.Context, t *turn, sealed []byte) (current, error) {
	if len(sealed) < VersionSize {
		return current{}, nil
	}
	cur := current{version: sealed[:VersionSize:VersionSize]}
	plain, err := d.unseal(ctx, t, sealed, sessionUse)
	switch {
	case errors.Is(err, seal.ErrOpen):
		return cur, nil
	case err != nil:
		return cur, err
	}
	if s, err := codec.Unmarshal(plain, d.Engine); err == nil {
		cur.session = s
	}
	return cur, nil
}
