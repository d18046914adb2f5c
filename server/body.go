package server

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/sync/wire"
)

// boundsOf returns how large an operation's body may be, as sent and unpacked; tus checks its own.
func boundsOf(opID string) wire.Bounds {
	same := func(n int) wire.Bounds { return wire.Bounds{Sent: n, Plain: n, Ratio: limits.DecompressRatio} }
	switch opID {
	case "push":
		return wire.PushBounds()
	case "login", "refresh", "enrolDevice", "withdraw":
		return same(limits.LoginBytes)
	case "addForm", "checkForm":
		return same(limits.FormUploadBytes)
	case "pushPacks":
		return same(limits.BundleBytes)
	case "importAreas", "importHouseholds", "importAssignments", "loadAreaShapes":
		return same(limits.BodyBytes)
	}
	return same(limits.OfficeBytes)
}

// readBody reads the whole body, unpacked and within its bounds.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, bounds wire.Bounds) ([]byte, error) {
	const op = "read body"
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > int64(bounds.Sent) {
		// The rest is not read: the connection is given up rather than the bytes swallowed.
		w.Header().Set("Connection", "close")
		return nil, errs.New(errs.TooLarge, op, "the body has %d bytes, at most %d are taken", r.ContentLength, bounds.Sent)
	}
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	return s.bodies.Read(http.MaxBytesReader(w, r.Body, int64(bounds.Sent)+1), encoding, bounds)
}

// setBody puts the unpacked body in the place of the one that was sent.
func setBody(r *http.Request, b []byte) {
	r.Body = io.NopCloser(bytes.NewReader(b))
	r.ContentLength = int64(len(b))
	r.Header.Del("Content-Encoding")
}
