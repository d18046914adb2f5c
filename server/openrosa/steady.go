package openrosa

import (
	"io"
	"net/http"
	"time"

	"ruhu/internal/limits"
)

// steady keeps a connection open for as long as bytes move on it, up to limits.OpenRosaDuration: a photo over a village's
// network takes longer than the listener gives a request.
type steady struct {
	x            *exchange
	until, moved time.Time
}

// moveEvery is how often deadlines are moved.
const moveEvery = 5 * time.Second

func (s *steady) begin(x *exchange) {
	s.x, s.until = x, x.Sockets.Now().Add(limits.OpenRosaDuration)
	s.move()
}

func (s *steady) move() {
	if s.x == nil {
		return // the listener's own time holds
	}
	now := s.x.Sockets.Now()
	if now.Sub(s.moved) < moveEvery || now.After(s.until) {
		return
	}
	s.moved = now
	control := http.NewResponseController(s.x.w)
	// A writer that knows no deadlines is a test's.
	_ = control.SetReadDeadline(now.Add(limits.ReadTimeout))
	_ = control.SetWriteDeadline(now.Add(limits.ReadTimeout + limits.WriteTimeout))
}

// body is the request's body.
func (x *exchange) body() io.Reader { return steadyReader{x} }

type steadyReader struct{ x *exchange }

func (s steadyReader) Read(b []byte) (int, error) {
	n, err := s.x.r.Body.Read(b)
	if n > 0 {
		s.x.steady.move()
	}
	return n, err
}

// lateWriter writes the answer and knows whether it has begun.
type lateWriter struct {
	x     *exchange
	begun bool
}

func (w *lateWriter) Write(b []byte) (int, error) {
	w.begun = true
	w.x.steady.move()
	return w.x.w.Write(b)
}

// drainUnknown is how much of a refused body is read of somebody nobody knows.
const drainUnknown = 1 << 20

// drain reads what is left of a refused body: clients send all of it before they look at the answer, and one that is cut off
// in the middle never sees why.
func (x *exchange) drain() {
	if x.r.Method != http.MethodPost || x.r.Body == nil {
		return
	}
	most := int64(drainUnknown)
	if x.report.Principal.UserID != "" {
		most = limits.OpenRosaBytes
		x.steady.begin(x)
		if f, ok := x.w.(http.Flusher); ok {
			f.Flush()
		}
	}
	_, _ = io.CopyN(io.Discard, x.body(), most) // what is not there need not be read
}
