package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	gosync "sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/labstack/echo/v4"
)

// packers keeps encoders between requests.
type packers struct{ gzip, zstd gosync.Pool }

// packer is what both encoders are.
type packer interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

func (p *packers) get(encoding string) packer {
	if encoding == "zstd" {
		if z, ok := p.zstd.Get().(*zstd.Encoder); ok {
			return z
		}
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(512<<10), zstd.WithLowerEncoderMem(true))
		if err == nil {
			return z
		}
	}
	if z, ok := p.gzip.Get().(*gzip.Writer); ok {
		return z
	}
	return gzip.NewWriter(nil)
}

func (p *packers) put(z packer) {
	switch z := z.(type) {
	case *zstd.Encoder:
		p.zstd.Put(z)
	case *gzip.Writer:
		p.gzip.Put(z)
	}
}

// compressMin bytes and fewer are sent as they are: an empty pull stays smaller than its compressed form.
const compressMin = 400

// compress packs answers of text for clients that take it. Operations that return secrets are left out (a length must
// not tell about one), and so are files and event streams.
func (s *Server) compress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c := callOf(ec.Request().Context())
		encoding := acceptedEncoding(ec.Request().Header.Get("Accept-Encoding"))
		if encoding == "" || c.head || !packs(c) {
			return next(ec)
		}
		res := ec.Response()
		res.Header().Add("Vary", "Accept-Encoding")
		pw := &packedWriter{ResponseWriter: res.Writer, packers: &s.packers, encoding: encoding}
		res.Writer = pw
		err := next(ec)
		if err != nil && !res.Committed {
			res.Writer = pw.ResponseWriter
			return err
		}
		if cerr := pw.close(); err == nil {
			err = cerr
		}
		res.Writer = pw.ResponseWriter
		return err
	}
}

func packs(c *call) bool {
	if c.op == nil {
		return c.packable
	}
	switch c.op.ID {
	case "login", "refresh", "me", "enrolDevice", "createEnrolment", "events":
		return false
	}
	return !c.op.Tagged("tus") && !c.op.Tagged("raw")
}

// acceptedEncoding chooses zstd, then gzip.
func acceptedEncoding(header string) string {
	for _, name := range []string{"zstd", "gzip"} {
		if accepts(header, name) {
			return name
		}
	}
	return ""
}

// accepts reports whether an Accept-Encoding names an encoding, and not to refuse it.
func accepts(header, encoding string) bool {
	for header != "" {
		var part string
		part, header, _ = strings.Cut(header, ",")
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		q = strings.ReplaceAll(q, " ", "")
		return !strings.HasPrefix(q, "q=0") || strings.Trim(q[3:], ".0") != ""
	}
	return false
}

// packedWriter holds the first bytes back until it is known whether packing pays.
type packedWriter struct {
	http.ResponseWriter
	packers  *packers
	encoding string
	status   int
	held     []byte
	z        packer
	plain    bool
	begun    bool
}

func (w *packedWriter) WriteHeader(status int) { w.status = status }

func (w *packedWriter) Write(b []byte) (int, error) {
	switch {
	case w.z != nil:
		return w.z.Write(b)
	case w.plain:
		return w.ResponseWriter.Write(b)
	}
	w.held = append(w.held, b...)
	if len(w.held) <= compressMin {
		return len(b), nil
	}
	return len(b), w.begin(w.worthIt())
}

func (w *packedWriter) worthIt() bool {
	h := w.Header()
	t := h.Get("Content-Type")
	return h.Get("Content-Encoding") == "" && h.Get("Content-Range") == "" &&
		(strings.HasPrefix(t, "application/json") || strings.HasPrefix(t, "application/x-ndjson") ||
			strings.HasPrefix(t, "application/xml") || strings.HasPrefix(t, "text/"))
}

func (w *packedWriter) begin(pack bool) error {
	w.begun = true
	if pack {
		w.Header().Set("Content-Encoding", w.encoding)
		w.Header().Del("Content-Length")
		if tag := w.Header().Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
			w.Header().Set("ETag", "W/"+tag)
		}
	}
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
	if !pack {
		w.plain = true
		_, err := w.ResponseWriter.Write(w.held)
		return err
	}
	w.z = w.packers.get(w.encoding)
	w.z.Reset(w.ResponseWriter)
	_, err := w.z.Write(w.held)
	return err
}

// Flush sends what is there. A stream that flushes before compressMin bytes stays plain.
func (w *packedWriter) Flush() {
	if !w.begun {
		_ = w.begin(false)
	}
	if w.z != nil {
		_ = w.z.Flush()
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *packedWriter) close() error {
	if w.z != nil {
		err := w.z.Close()
		w.z.Reset(nil)
		w.packers.put(w.z)
		w.z = nil
		return err
	}
	if w.begun {
		return nil
	}
	w.begun = true
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
	if len(w.held) == 0 {
		return nil
	}
	_, err := w.ResponseWriter.Write(w.held)
	return err
}

// Unwrap lets http.ResponseController reach deadlines.
func (w *packedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is refused: nothing here leaves HTTP.
func (w *packedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, http.ErrNotSupported
}
