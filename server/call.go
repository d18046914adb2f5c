package server

import (
	"context"
	"net/http"
	"strings"

	"ruhu/auth"
	"ruhu/server/spec"
)

// call is what the server knows of one request. It is made once by the outer handler and travels in the context.
type call struct {
	id          string // request id
	lang        string // zh or en
	ip          string
	agent       string
	host        string
	accept      string
	ifNoneMatch string // of a GET
	https       bool
	loopback    bool // the client speaks plain HTTP to this machine's own address
	token       string
	cookie      string
	header      http.Header     // of the answer
	op          *spec.Operation // nil for pages and unknown routes
	route       string          // the pattern that matched, for the log
	principal   auth.Principal
	packable    bool   // an answer outside the contract that may be packed
	head        bool   // the client sent HEAD, which is answered as GET without a body
	body        []byte // unpacked
	seen        *seen  // what the handler shows or changed
	uploadErr   error  // why an upload was refused, which tusd would hide
	err         error
}

type callKey struct{}

// withCall returns r carrying c.
func withCall(r *http.Request, c *call) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callKey{}, c))
}

// callOf returns the call of a request's context. Every handler runs below the outer handler, which sets it.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{lang: "zh"}
}

// principalOf returns who asks.
func principalOf(ctx context.Context) auth.Principal { return callOf(ctx).principal }

// language chooses zh or en from Accept-Language; zh where neither is named. Order decides, unless q says 0.
func language(header string) string {
	for header != "" {
		var part string
		part, header, _ = strings.Cut(header, ",")
		tag, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if q = strings.ReplaceAll(q, " ", ""); q == "q=0" || q == "q=0.0" {
			continue
		}
		tag = strings.ToLower(tag)
		switch {
		case tag == "zh" || strings.HasPrefix(tag, "zh-"):
			return "zh"
		case tag == "en" || strings.HasPrefix(tag, "en-"):
			return "en"
		}
	}
	return "zh"
}

// pick returns the sentence of the call's language.
func (c *call) pick(zh, en string) string {
	if c.lang == "en" {
		return en
	}
	return zh
}
