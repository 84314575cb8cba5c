package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	oaconfig "github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/sirupsen/logrus"

	"pingyi/simulator"
)

// The load of BenchmarkTurn.
const (
	benchCitizens = 512
	benchConns    = 64
	benchRounds   = 5
	benchPushes   = 20_000 // a round and contender
)

// BenchmarkTurn times whole turns in safe mode over HTTP on loopback (a tapped
// answer, the next question back) against bare Gin and against the SDK's message
// server with a GET and a SET, in turns, and reports the median ratio. It needs
// PINGYI_TEST_REDIS_URL; all contenders use that Redis, the client shares the
// cores. PINGYI_BENCH_ONLY=pingyi runs one contender, for a profile.
func BenchmarkTurn(b *testing.B) {
	redisURL := os.Getenv("PINGYI_TEST_REDIS_URL")
	if redisURL == "" {
		b.Skip("PINGYI_TEST_REDIS_URL is not set")
	}
	w := newBenchWorld(b, redisURL)
	in := w.serve()
	contenders := []contender{
		{"bare-gin", serveHTTP(b, bareGin())},
		{"sdk", serveHTTP(b, sdkServer(b, redisURL))},
		{"pingyi", mustHost(b, in.base)},
	}
	if only := os.Getenv("PINGYI_BENCH_ONLY"); only != "" {
		contenders = slices.DeleteFunc(contenders, func(c contender) bool { return c.name != only })
	}
	for range b.N {
		rates, cpu := map[string][]float64{}, map[string]time.Duration{}
		for round := range benchRounds {
			for i := range contenders {
				c := &contenders[i]
				requests := w.requests(b, in, c.addr, round, c.name == "pingyi")
				before := processorTime(b)
				rates[c.name] = append(rates[c.name], drive(b, c.addr, requests))
				cpu[c.name] += processorTime(b) - before
			}
		}
		median := func(name string) float64 {
			r := slices.Sorted(slices.Values(rates[name]))
			if len(r) == 0 {
				return 0
			}
			return r[len(r)/2]
		}
		for _, c := range contenders {
			b.ReportMetric(median(c.name), c.name+"/s")
			// Client and server share the process; Redis has its own.
			b.ReportMetric(float64(cpu[c.name].Microseconds())/(benchRounds*benchPushes), c.name+"-cpu-µs")
		}
		b.ReportMetric(median("pingyi")/median("sdk"), "x-sdk")
		b.ReportMetric(100*median("pingyi")/median("bare-gin"), "%-of-gin")
	}
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type contender struct {
	name string
	addr string
}

func newBenchWorld(b *testing.B, redisURL string) *world {
	b.Helper()
	w := newWorld(b)
	w.env["PINGYI_REDIS"] = redisURL
	return w
}

// requests are HTTP requests of pushes: each citizen is at a question and taps an answer.
func (w *world) requests(b *testing.B, in *instance, addr string, round int, prepare bool) [][]byte {
	b.Helper()
	out := make([][]byte, benchPushes)
	citizens := make([]*simulator.Citizen, benchCitizens)
	for i := range citizens {
		citizens[i] = &simulator.Citizen{OpenID: fmt.Sprintf("obench%02d%06d%s", round, i, addr[len(addr)-4:]), Following: true}
		if prepare {
			if _, err := in.Push(b.Context(), citizens[i], simulator.Scan("u:A03")); err != nil {
				b.Fatal(err)
			}
		}
	}
	levels := []string{"非常满意", "满意", "基本满意", "不满意", "非常不满意"}
	for i := range out {
		e, err := in.Make(citizens[i%benchCitizens], simulator.Say("市教育局 第1题 "+levels[i/benchCitizens%len(levels)]))
		if err != nil {
			b.Fatal(err)
		}
		out[i] = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", e.URL, addr, len(e.Envelope), e.Envelope)
	}
	return out
}

// drive sends the requests over keep-alive connections and returns how many a
// second were answered.
func drive(b *testing.B, addr string, requests [][]byte) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range benchConns {
		wg.Go(func() {
			conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			r := bufio.NewReader(conn)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				if _, err = conn.Write(requests[i]); err != nil {
					b.Error(err)
					return
				}
				res, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Error(err)
					return
				}
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close() // the connection goes on
				if err != nil || res.StatusCode != http.StatusOK {
					b.Errorf("status %d, %v", res.StatusCode, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(len(requests)) / time.Since(start).Seconds()
}

func mustHost(b *testing.B, base string) string {
	b.Helper()
	u, err := url.Parse(base)
	if err != nil {
		b.Fatal(err)
	}
	return u.Host
}

func serveHTTP(b *testing.B, h http.Handler) string {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	go func() { _ = s.Serve(l) }()
	b.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func bareGin() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	answer := bytes.Repeat([]byte("x"), 600)
	g.POST("/wechat", func(c *gin.Context) {
		_, _ = io.Copy(io.Discard, c.Request.Body)
		c.Data(http.StatusOK, "text/xml", answer)
	})
	return g
}

// sdkServer is what the SDK's documentation shows, with a dialogue state in
// Redis and its debug log off.
func sdkServer(b *testing.B, redisURL string) http.Handler {
	b.Helper()
	logrus.SetLevel(logrus.ErrorLevel)
	o, err := redis.ParseURL(redisURL)
	if err != nil {
		b.Fatal(err)
	}
	client := redis.NewClient(o)
	b.Cleanup(func() { _ = client.Close() })
	oa := officialaccount.NewOfficialAccount(&oaconfig.Config{
		AppID: testAppID, Token: testToken, EncodingAESKey: testAES, Cache: cache.NewMemory(),
	})
	text := string(bytes.Repeat([]byte("请回答下一题。"), 12))
	state := bytes.Repeat([]byte("s"), 70)
	g := gin.New()
	g.POST("/wechat", func(c *gin.Context) {
		server := oa.GetServer(c.Request, c.Writer)
		server.SetMessageHandler(func(m *message.MixMessage) *message.Reply {
			ctx := context.Background()
			key := "bench:" + string(m.FromUserName)
			if err := client.Get(ctx, key).Err(); err != nil && err != redis.Nil { //nolint:errorlint // the sentinel is returned as it is
				b.Error(err)
			}
			if err := client.Set(ctx, key, state, time.Minute).Err(); err != nil {
				b.Error(err)
			}
			return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText(text)}
		})
		if err := server.Serve(); err != nil {
			b.Error(err)
			return
		}
		if err := server.Send(); err != nil {
			b.Error(err)
		}
	})
	return g
}
