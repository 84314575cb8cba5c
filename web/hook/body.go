package hook

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
)

// MaxPush bounds the body of a push, in bytes.
const MaxPush = 64 << 10

// Success is the answer to a push that asks for none.
const Success = "success"

// The values of Content-Type, kept so that an answer does not make them anew.
var (
	plainText = []string{"text/plain; charset=utf-8"}
	xmlText   = []string{"text/xml; charset=utf-8"}
	jsonText  = []string{"application/json; charset=utf-8"}
)

// ownLength is up to where net/http tells the length of a body by itself;
// beyond it would send chunks, which not every proxy of a platform likes.
const ownLength = 1 << 10

// write sends a body with status 200. An error means that the platform has
// gone; it comes again with the same push.
func (s *Hooks) write(c *gin.Context, media []string, body []byte) {
	h := c.Writer.Header()
	h["Content-Type"] = media
	if len(body) > ownLength {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.Writer.WriteHeader(http.StatusOK)
	if _, err := c.Writer.Write(body); err != nil {
		s.server.Log.LogAttrs(c.Request.Context(), slog.LevelDebug, "answer not sent", slog.String("route", c.FullPath()))
	}
}

var errTooLarge = errors.New("body too large")

// readBody reads a body of at most MaxPush bytes into b; size is what its head
// says, negative where it does not.
func readBody(r io.Reader, size int64, b []byte) ([]byte, error) {
	const usual = 4 << 10
	if size > MaxPush {
		return b[:0], errTooLarge
	}
	if size < 0 {
		size = usual
	}
	b = slices.Grow(b[:0], int(size)+1) // one more, so that the end is seen without growing
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > MaxPush:
			return b, errTooLarge
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return b, fmt.Errorf("read body: %w", err)
		case len(b) == cap(b):
			b = slices.Grow(b, len(b))
		}
	}
}

func (s *Hooks) borrow() *[]byte {
	if b, ok := s.buffers.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

func (s *Hooks) giveBack(b *[]byte) { s.buffers.Put(b) }
