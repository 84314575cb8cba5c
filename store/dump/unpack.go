package dump

import (
	"bufio"
	"compress/gzip"
	"io"
	"time"
)

// Unpack lets do read a dump, plain or gzip, and tells shows how many bytes of in were
// read: now and then, and at the end.
func Unpack(in io.Reader, shows func(read int64), do func(io.Reader) error) error {
	counted := &progressReader{in: in, shows: shows}
	defer func() { shows(counted.read) }()
	buffered := bufio.NewReaderSize(counted, 1<<20)
	if head, _ := buffered.Peek(2); string(head) != "\x1f\x8b" {
		return do(buffered)
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return err
	}
	return do(unpacked)
}

// progressReader tells how much was read, at most five times a second.
type progressReader struct {
	in    io.Reader
	shows func(read int64)
	read  int64
	shown time.Time
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)
	if now := time.Now(); now.Sub(p.shown) > 200*time.Millisecond {
		p.shown = now
		p.shows(p.read)
	}
	return n, err //nolint:wrapcheck // a reader passes on what it is told
}
