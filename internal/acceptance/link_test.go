package acceptance_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	gosync "sync"
	"testing"
)

// trouble is what a link does to one request.
type trouble int

const (
	none      trouble = iota
	dropped           // the request never arrives
	cutBody           // half of the request's body arrives, then the connection ends
	lostReply         // the server did it all, and its answer is lost
	cutReply          // half of the answer arrives
	doubled           // the request arrives twice; the second answer comes back
)

// link is what lies between phones and server: a stable address, whatever the server's is, with faults on demand. It keeps
// everything that went over it.
type link struct {
	url    string
	server *httptest.Server
	base   func() string

	mu     gosync.Mutex
	plan   func(n int, r *http.Request) trouble
	n      int
	counts map[trouble]int
	seen   []exchange
}

// exchange is one request that reached the server, with its answer.
type exchange struct {
	Method, URI string
	Status      int
	Answer      []byte
}

func newLink(t *testing.T, base func() string) *link {
	l := &link{base: base, counts: map[trouble]int{}}
	l.server = httptest.NewServer(l)
	l.url = l.server.URL
	t.Cleanup(l.server.Close)
	return l
}

// fail sets what happens to each request from now on, by its number and itself; nil = nothing.
func (l *link) fail(plan func(n int, r *http.Request) trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plan, l.n = plan, 0
}

// exchanges returns what went over the link so far.
func (l *link) exchanges() []exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]exchange(nil), l.seen...)
}

// ServeHTTP implements http.Handler.
func (l *link) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	l.mu.Lock()
	l.n++
	what := none
	if l.plan != nil {
		what = l.plan(l.n, r)
	}
	if what == cutBody && len(body) == 0 {
		what = dropped
	}
	l.counts[what]++
	l.mu.Unlock()
	switch what {
	case dropped:
		abort(w)
		return
	case cutBody:
		l.half(r, body)
		abort(w)
		return
	case doubled:
		if res, err := l.forward(r, body); err == nil {
			_ = res.Body.Close() // the second one is looked at
		}
	}
	res, err := l.forward(r, body)
	if err != nil {
		abort(w)
		return
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	l.mu.Lock()
	l.seen = append(l.seen, exchange{r.Method, r.URL.RequestURI(), res.StatusCode, answer})
	l.mu.Unlock()
	if err != nil || what == lostReply {
		abort(w)
		return
	}
	for k, v := range res.Header {
		w.Header()[k] = v
	}
	if what == cutReply {
		w.Header().Del("Content-Length")
		w.WriteHeader(res.StatusCode)
		_, _ = w.Write(answer[:len(answer)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer)
}

func abort(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func (l *link) forward(r *http.Request, body []byte) (*http.Response, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, l.base()+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	out.Header = r.Header.Clone()
	return (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(out)
}

// half sends the head and half of the body of a request, and goes.
func (l *link) half(r *http.Request, body []byte) {
	u := l.base()
	conn, err := net.Dial("tcp", u[len("http://"):])
	if err != nil {
		return
	}
	var b bytes.Buffer
	out, err := http.NewRequestWithContext(r.Context(), r.Method, u+r.URL.RequestURI(), bytes.NewReader(body))
	if err == nil {
		out.Header = r.Header.Clone()
		err = out.Write(&b)
	}
	if err == nil {
		_, _ = conn.Write(b.Bytes()[:b.Len()-len(body)/2])
	}
	_ = conn.Close() // that is the fault
}
