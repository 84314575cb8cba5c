package session_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pingyi/bot"
	"pingyi/bot/codec"
	"pingyi/bot/flow"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/session"
)

// BenchmarkMemory reports what a live dialogue takes in Redis, without stored
// answers, on a redis-server of its own.
func BenchmarkMemory(b *testing.B) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("no redis-server on this machine")
	}
	client := startRedis(b, path)
	s, err := session.New(client)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	const dialogues = 100_000
	plain := ratingSession(b)
	w, err := seal.NewWrapper("a secret of 32 bytes or more for this", "")
	if err != nil {
		b.Fatal(err)
	}
	keys, err := seal.NewRing(w, noKeys{}).Tenant(b.Context(), "default")
	if err != nil {
		b.Fatal(err)
	}
	before := usedMemory(b, client)
	for range dialogues {
		id, err := models.NewID(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		box, err := keys.Session(id)
		if err != nil {
			b.Fatal(err)
		}
		if _, err = s.Swap(b.Context(), id, id, nil, nil, box.Seal(plain, nil), nil); err != nil {
			b.Fatal(err)
		}
		if err = client.Del(b.Context(), session.PushKey(id, id)).Err(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(usedMemory(b, client)-before)/dialogues, "B/dialogue")
	b.ReportMetric(float64(len(plain)), "B/session")
}

// ratingSession is a dialogue at the third question of a rating.
func ratingSession(b *testing.B) []byte {
	b.Helper()
	e, err := flow.New("zh-Hans")
	if err != nil {
		b.Fatal(err)
	}
	set := make([]models.Dimension, 5)
	for i := range set {
		set[i] = models.Dimension{Title: fmt.Sprintf("第%d项", i), Question: "好不好？"}
	}
	unit := models.Unit{Code: "A03", Name: "市教育局", Class: "政府部门", Type: models.Government}
	now := time.Now()
	w := &bot.World{Platform: bot.Platform{Taps: true}, Directory: oneUnit{unit}, Campaigns: []*bot.Campaign{{
		ID: "2017", Title: "评议", From: now.Add(-time.Hour), To: now.Add(time.Hour), Classes: []string{unit.Class},
		Units: []models.Unit{unit}, Dimensions: map[models.UnitType][]models.Dimension{models.Government: set},
	}}}
	sess := bot.Session{RateMinute: 345, RateCount: 3}
	for _, in := range []bot.Input{{Kind: bot.Scan, Scene: "u:A03"}, {Kind: bot.Text, Text: "5"}, {Kind: bot.Text, Text: "4"}} {
		in.At, in.Now, in.Random = now, now, models.ID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
		sess, _ = e.Advance(w, sess, in)
	}
	plain, err := codec.Marshal(sess)
	if err != nil {
		b.Fatal(err)
	}
	return plain
}

// noKeys has no key and keeps none.
type noKeys struct{}

func (noKeys) Key(context.Context, string, string) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "none")
}

func (noKeys) AddKey(_ context.Context, _, _ string, wrapped []byte) ([]byte, error) {
	return wrapped, nil
}

func (noKeys) PersonKey(context.Context, models.PersonKey) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "none")
}

func (noKeys) SealingKeys(context.Context, string) ([]models.SealingKey, error) { return nil, nil }

func (noKeys) AddPersonKey(_ context.Context, _ models.PersonKey, wrapped []byte) ([]byte, error) {
	return wrapped, nil
}

type oneUnit struct{ unit models.Unit }

func (o oneUnit) ByCode(code string) (models.Unit, bool) { return o.unit, code == o.unit.Code }
func (o oneUnit) Exact(string) []models.Unit             { return nil }
func (o oneUnit) Search(string, int) []models.Unit       { return nil }
func (o oneUnit) Namesakes(string) []models.Unit         { return nil }

var usedMemoryLine = regexp.MustCompile(`used_memory:(\d+)`)

func usedMemory(b *testing.B, c *redis.Client) int64 {
	b.Helper()
	info, err := c.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.ParseInt(usedMemoryLine.FindStringSubmatch(info)[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// startRedis starts a redis-server on a free port and ends it with the test.
func startRedis(b *testing.B, path string) *redis.Client {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	_ = l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", b.TempDir())
	if err = cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: addr})
	b.Cleanup(func() {
		_ = c.Close()
		cancel()
		_ = cmd.Wait()
	})
	for c.Ping(b.Context()).Err() != nil {
		time.Sleep(10 * time.Millisecond)
	}
	return c
}
