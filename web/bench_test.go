package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"pingyi/intake"
	"pingyi/web/hook"
)

// discard is a response writer that costs nothing.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// forgetful answers and keeps nothing.
type forgetful struct{}

func (forgetful) Handle(context.Context, intake.Push) intake.Answer {
	return intake.Answer{At: 1795334400, Text: "您好"}
}

// BenchmarkPush shows what a push in safe mode costs in process, BenchmarkGin
// what bare Gin costs for the same request.
func BenchmarkPush(b *testing.B) {
	h := newHookRig(b, nil, func(o *Options) { o.Hooks.Intake = forgetful{} })
	query, body := signed(b, text("市教育局 第2题 满意"))
	benchmark(b, h.engine, "/wechat"+query, body)
}

func BenchmarkGin(b *testing.B) {
	e := gin.New()
	e.POST("/wechat", func(c *gin.Context) { c.String(http.StatusOK, hook.Success) })
	benchmark(b, e, "/wechat", "")
}

func benchmark(b *testing.B, h http.Handler, target, body string) {
	b.Helper()
	b.ReportAllocs()
	w := &discard{h: http.Header{}}
	reader := strings.NewReader(body)
	req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, target, reader)
	for b.Loop() {
		reader.Reset(body)
		h.ServeHTTP(w, req)
	}
}
