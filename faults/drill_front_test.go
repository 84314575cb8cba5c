//go:build drill

package faults

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	stdlog "log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/simulator"
)

// authority issues certificates for publicName.
type authority struct {
	t    testing.TB
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t, pool: x509.NewCertPool()}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the drill"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	made := a.issue(a.cert, nil)
	a.key, _ = made.PrivateKey.(*ecdsa.PrivateKey)
	a.cert = made.Leaf
	a.pool.AddCert(a.cert)
	return a
}

// issue signs a certificate; where by is nil, by itself.
func (a *authority) issue(c, by *x509.Certificate) *tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	signer := a.key
	if by == nil {
		by, signer = c, key
	}
	var der []byte
	if err == nil {
		der, err = x509.CreateCertificate(rand.Reader, c, by, key.Public(), signer)
	}
	var leaf *x509.Certificate
	if err == nil {
		leaf, err = x509.ParseCertificate(der)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// front is a proxy that ends TLS before servers, as nginx or Caddy does.
type front struct {
	t         testing.TB
	authority *authority
	addr      string
	cert      atomic.Pointer[tls.Certificate]
	adds      atomic.Bool // to the X-Forwarded-For that it got, in a line of its own; else it overwrites it

	mu    sync.Mutex
	shown map[int64]int // handshakes that went well, by the certificate's number
}

func newFront(t testing.TB, a *authority, bases ...string) *front {
	t.Helper()
	f := &front{t: t, authority: a, shown: map[int64]int{}}
	f.show(1, time.Hour)
	var turn atomic.Uint64
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute}, // the server's own is 75 s
		ErrorLog:  stdlog.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) {
			to, err := url.Parse(bases[turn.Add(1)%uint64(len(bases))])
			if err != nil {
				panic(err)
			}
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
			if f.adds.Load() {
				r.Out.Header["X-Forwarded-For"] = append(r.In.Header["X-Forwarded-For"], r.Out.Header["X-Forwarded-For"]...)
				r.Out.Header["X-Real-Ip"] = r.In.Header["X-Real-Ip"]
			}
		},
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = l.Addr().String()
	s := &http.Server{Handler: proxy, ErrorLog: stdlog.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second}
	t.Cleanup(func() { _ = s.Close() })
	go func() {
		_ = s.Serve(tls.NewListener(l, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.cert.Load(), nil }}))
	}()
	return f
}

// show has the proxy show another certificate from now on, as after a reload. The
// time it is good for is cut to a second, as certificates are.
func (f *front) show(number int64, good time.Duration) (until time.Time) {
	f.t.Helper()
	now := time.Now()
	c := f.authority.issue(&x509.Certificate{
		SerialNumber: big.NewInt(number), Subject: pkix.Name{CommonName: publicName}, DNSNames: []string{publicName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(good),
	}, f.authority.cert)
	f.cert.Store(c)
	return c.Leaf.NotAfter
}

// handshakes is how many went well with a certificate.
func (f *front) handshakes(number int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shown[number]
}

// client reaches publicName through the proxy from an address, which may be empty,
// and keeps its connections or makes one a request.
func (f *front) client(from string, keeps bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, f.addr)
		},
		MaxIdleConnsPerHost: 100, DisableKeepAlives: !keeps, TLSHandshakeTimeout: 5 * time.Second,
		TLSClientConfig: &tls.Config{RootCAs: f.authority.pool, VerifyConnection: func(s tls.ConnectionState) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.shown[s.PeerCertificates[0].SerialNumber.Int64()]++
			return nil
		}},
	}}
}

// platforms are WeChat and Weibo, who reach the servers by a client.
func (w *town) platforms(c *http.Client) {
	w.t.Helper()
	o := simulator.PlatformOptions{Client: c}
	w.fronts = append(w.fronts, w.wechatOf("https://"+publicName, o))
	w.weibos = append(w.weibos, w.weiboOf("https://"+publicName, o))
}

// expired reports whether a handshake fails, for the certificate's time is over.
func (f *front) expired() bool {
	f.t.Helper()
	res, err := f.do(f.client("", false), http.MethodGet, "/healthz", nil, nil)
	var invalid x509.CertificateInvalidError
	if err == nil {
		f.t.Logf("an expired certificate, and status %d", res.status)
	}
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// answer is what a request got.
type answer struct {
	status int
	head   http.Header
	body   string
	reused bool // the connection was there before
}

func (f *front) do(c *http.Client, method, path string, head http.Header, body io.Reader) (a answer, err error) {
	return ask(f.t, c, "https://"+publicName, method, path, head, body)
}

func ask(t testing.TB, c *http.Client, base, method, path string, head http.Header, body io.Reader) (a answer, err error) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { a.reused = i.Reused }})
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range head {
		req.Header[name] = values
	}
	res, err := c.Do(req)
	if err != nil {
		return a, err
	}
	b, err := io.ReadAll(res.Body)
	a.status, a.head, a.body = res.StatusCode, res.Header, string(b)
	return a, errors.Join(err, res.Body.Close())
}

// wide is a text of so many bytes.
func wide(n int) string { return strings.Repeat("a", n) }
