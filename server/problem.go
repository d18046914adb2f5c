package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/server/api"
	"ruhu/server/spec"
	"ruhu/survey"
)

// faultsError carries what is wrong with a request's parameters or body.
type faultsError struct{ list []spec.Fault }

func (f *faultsError) Error() string {
	return fmt.Sprintf("%s %s (%d faults)", f.list[0].Path, f.list[0].Message, len(f.list))
}

func invalidRequest(op string, faults []spec.Fault) error {
	return errs.WrapCode(errs.Invalid, op, &faultsError{list: faults})
}

// waitError says after how long a request may come again.
type waitError struct{ after time.Duration }

func (w *waitError) Error() string { return "again in " + w.after.String() }

func tooMany(op string, after time.Duration) error {
	return errs.WrapCode(errs.TooMany, op, &waitError{after: after})
}

// problem turns an error into what the client reads. Messages of *errs.Error hold ids and places, never answers, and
// are shown for refusals; of a failure of ours nothing but the request id is.
func problem(c *call, err error) api.Problem {
	err = codeOfEcho(err)
	code := errs.CodeOf(err)
	entry, known := errs.Lookup(code)
	if !known {
		code = errs.Internal
	}
	status := entry.HTTP
	if status == 0 {
		status = http.StatusUnprocessableEntity // a verdict's code that an office request ran into
	}
	p := api.Problem{
		Type: "urn:ruhu:error:" + string(code), Code: string(code), Status: status,
		Title: c.pick(entry.ZH, entry.EN), Request: c.id,
	}
	p.Hint = c.pick(entry.HintZH, entry.HintEN)
	if status >= 500 {
		return p
	}
	if h := errs.HintOf(err); h != "" {
		p.Hint = h
	}
	p.Detail = messageOf(err)
	p.Faults = faultsOf(c, err)
	return p
}

// codeOfEcho gives Echo's own errors (no such route, a parameter of the wrong type) a code.
func codeOfEcho(err error) error {
	var he *echo.HTTPError
	var coded *errs.Error
	if errors.As(err, &coded) || !errors.As(err, &he) {
		return err
	}
	codes := map[int]errs.Code{
		http.StatusBadRequest: errs.BadRequest, http.StatusUnauthorized: errs.Unauthenticated,
		http.StatusForbidden: errs.Forbidden, http.StatusNotFound: errs.NotFound,
		http.StatusMethodNotAllowed: errs.MethodNotAllowed, http.StatusRequestEntityTooLarge: errs.TooLarge,
		http.StatusUnsupportedMediaType: errs.UnsupportedMedia,
	}
	if code, ok := codes[he.Code]; ok {
		return errs.WrapCode(code, "route", err)
	}
	return err
}

// messageOf returns the outermost message of the chain: what exactly, in the words of whoever refused it.
func messageOf(err error) string {
	for err != nil {
		var e *errs.Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Msg != "" {
			return e.Msg
		}
		err = e.Err
	}
	return ""
}

func faultsOf(c *call, err error) []api.Fault {
	var list []api.Fault
	var request *faultsError
	if errors.As(err, &request) {
		for _, f := range request.list {
			list = append(list, api.Fault{Path: f.Path, Message: f.Message})
		}
	}
	list = append(list, formFaults(c, faultsOfForm(err))...)
	if table := survey.FaultsOf(err); table != nil {
		for _, f := range table.List {
			list = append(list, api.Fault{Line: f.Line, Column: f.Name, Path: columnLetter(f.Column), Message: c.pick(f.ZH, f.EN)})
		}
		if table.More > 0 {
			list = append(list, api.Fault{Message: c.pick(
				fmt.Sprintf("还有 %d 处错误未列出。", table.More), fmt.Sprintf("and %d more", table.More))})
		}
	}
	return list
}

// columnLetter writes a 1-based column as spreadsheets do; "" for 0.
func columnLetter(n int) string {
	var s string
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

func formFaults(c *call, faults []schema.Fault) []api.Fault {
	list := make([]api.Fault, 0, len(faults))
	for _, f := range faults {
		line := f.Line
		if f.Row > 0 {
			line = f.Row
		}
		list = append(list, api.Fault{
			Sheet: f.Sheet, Line: line, Row: f.Row, Column: f.Column, Path: f.Path, Code: f.Code, Message: f.Msg(c.lang), Hint: f.Hint(c.lang),
		})
	}
	return list
}

// writeProblem answers with an error. Where the answer has begun nothing can be said any more but by ending it.
func (s *Server) writeProblem(w http.ResponseWriter, c *call, err error) {
	p := problem(c, err)
	h := w.Header()
	h.Del("Content-Encoding")
	h.Del("ETag")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Date", s.clock.Now().UTC().Format(http.TimeFormat)) // a phone whose clock is wrong signs again by this
	if after := s.retryAfter(p.Status, err); after > 0 {
		h.Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="ruhu"`)
	}
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{"code":"internal"}`)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	if !c.head {
		_, _ = io.WriteString(w, string(body))
	}
}

// retryAfter spreads those who are turned away over 5 to 60 s, so that they do not come back all at once.
func (s *Server) retryAfter(status int, err error) time.Duration {
	var w *waitError
	switch {
	case errors.As(err, &w):
		return w.after
	case status == http.StatusServiceUnavailable, status == http.StatusInsufficientStorage, status == http.StatusTooManyRequests:
		return 5*time.Second + s.jitter(55*time.Second)
	}
	return 0
}
