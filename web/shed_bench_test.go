package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"pingyi/intake"
	"pingyi/web/hook"
)

// BenchmarkShed times how many pushes a second are refused under overload, over HTTP
// on loopback, the client sharing the processors, against bare Gin that answers
// them unread.
func BenchmarkShed(b *testing.B) {
	h := newHookRig(b, func(intake.Push) intake.Answer { return intake.Answer{Shed: true} }, nil)
	query, body := signed(b, text("市教育局 第1题 满意"))
	request := fmt.Appendf(nil, "POST /wechat%s HTTP/1.1\r\nHost: pingyi\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body)
	gin.SetMode(gin.ReleaseMode)
	bare := gin.New()
	bare.POST("/wechat", func(c *gin.Context) {
		_, _ = io.Copy(io.Discard, c.Request.Body)
		c.Data(http.StatusOK, "text/plain", []byte(hook.Success))
	})
	for name, handler := range map[string]http.Handler{"bare-gin": bare, "shed": h.Handler()} {
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(handler)
			defer s.Close()
			before := used(b)
			hammer(b, s.Listener.Addr().String(), request)
			b.ReportMetric(float64((used(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// hammer sends the request b.N times over 64 connections.
func hammer(b *testing.B, addr string, request []byte) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			r := bufio.NewReader(conn)
			for next.Add(1) <= int64(b.N) {
				if _, err = conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				res, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Error(err)
					return
				}
				got, err := io.ReadAll(res.Body)
				_ = res.Body.Close() // the connection goes on
				if err != nil || string(got) != hook.Success {
					b.Errorf("%q, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
