package openrosa

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ruhu/internal/errs"
)

const textXML = "text/xml; charset=utf-8"

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// waitError says after how long a request may come again.
type waitError struct{ after time.Duration }

func (w *waitError) Error() string { return "again in " + w.after.String() }

func tooMany(after time.Duration) error {
	return errs.WrapCode(errs.TooMany, "limit", &waitError{after: after})
}

// retryAfter is what clients are told that come at a bad moment.
const retryAfter = 10 * time.Second

// status is the HTTP status of a refusal. 409 is never among them: clients would keep what they hold for ever.
func status(code errs.Code) int {
	switch code {
	case errs.UnknownForm:
		return http.StatusNotFound
	case errs.OverQuota:
		return http.StatusTooManyRequests
	case errs.Conflict, errs.ChangedSince, errs.FormChanged:
		return http.StatusBadRequest
	}
	entry, _ := errs.Lookup(code)
	switch {
	case entry.HTTP != 0:
		return entry.HTTP
	case code == "":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// fail answers with an error in words; of a failure of ours nothing but the request id is said.
func (x *exchange) fail(err error) {
	code := errs.CodeOf(err)
	st := status(code)
	h := x.w.Header()
	for _, name := range []string{"ETag", "Content-Disposition", "Content-Length"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	var wait *waitError
	switch {
	case errors.As(err, &wait):
		h.Set("Retry-After", seconds(wait.after))
	case st == http.StatusServiceUnavailable || st == http.StatusTooManyRequests || st == http.StatusInsufficientStorage:
		h.Set("Retry-After", seconds(retryAfter))
	}
	x.respond(st, "error", x.words(err, st))
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }

// words says what is wrong and what to do, in the language of the request.
func (x *exchange) words(err error, status int) string {
	entry, ok := errs.Lookup(errs.CodeOf(err))
	if !ok {
		entry, _ = errs.Lookup(errs.Internal)
	}
	text, hint := entry.ZH, entry.HintZH
	if x.Lang == "en" {
		text, hint = entry.EN, entry.HintEN
	}
	if status < 500 {
		if h := errs.HintOf(err); h != "" {
			hint = h
		}
	}
	switch entry.Code {
	case errs.DeviceRevoked: // unlike our own phones, whose unsent work is still taken
		hint = "记录留在手机上：请到街道办扫描新的设置二维码，再重新发送。"
		if x.Lang == "en" {
			hint = "The records stay on the phone: scan a new settings code at the street office, then send them again."
		}
	case errs.SubmissionUnreadable:
		if why := reason(err); why != "" {
			text += " " + why + "."
		}
	}
	if hint != "" {
		text = strings.TrimSpace(text + " " + hint)
	}
	if status >= 500 {
		text += " (" + x.ID + ")"
	}
	return text
}

// reason is what the innermost error says of itself; it never holds an answer.
func reason(err error) (why string) {
	for err != nil {
		var e *errs.Error
		if !errors.As(err, &e) {
			break
		}
		why, err = e.Msg, e.Err
	}
	return why
}

// respond writes an OpenRosaResponse.
func (x *exchange) respond(status int, nature, message string) {
	var b bytes.Buffer
	b.WriteString(xmlHead + `<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="` + nature + `">`)
	escape(&b, message)
	b.WriteString("</message></OpenRosaResponse>")
	x.bytes(status, textXML, b.Bytes())
}

func (x *exchange) bytes(status int, contentType string, b []byte) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(b) // a client that has left is not told
	}
}

// escape writes text as XML; what XML cannot hold is replaced.
func escape(b *bytes.Buffer, text string) { _ = xml.EscapeText(b, []byte(text)) }

// element writes <name>text</name>.
func element(b *bytes.Buffer, name, text string) {
	b.WriteString("<" + name + ">")
	escape(b, text)
	b.WriteString("</" + name + ">")
}

// unchanged answers 304 where the client has what tag names. It sets the ETag in any case.
func (x *exchange) unchanged(tag string) bool {
	tag = `"` + tag + `"`
	x.w.Header().Set("ETag", tag)
	for _, have := range strings.Split(strings.Join(x.r.Header.Values("If-None-Match"), ","), ",") {
		have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
		if have == tag || have == "*" {
			x.w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}
