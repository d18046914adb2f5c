package servertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
)

// Client speaks to the server as one person or phone.
type Client struct {
	t     testing.TB
	base  string
	http  *http.Client
	Token string // bearer access token; "" = nobody
	User  string // user id
}

// Answer is what came back, read whole.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Option changes a request before it is sent.
type Option func(*http.Request)

// With sets a header.
func With(name, value string) Option { return func(r *http.Request) { r.Header.Set(name, value) } }

// Do sends a request. body may be nil, a string, []byte, or a value that is sent as JSON.
func (c *Client) Do(method, path string, body any, opts ...Option) *Answer {
	c.t.Helper()
	var r io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		r, kind = strings.NewReader(b), "application/json"
	case []byte:
		r, kind = bytes.NewReader(b), "application/octet-stream"
	default:
		j, err := json.Marshal(b)
		require.NoError(c.t, err)
		r, kind = bytes.NewReader(j), "application/json"
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, r)
	require.NoError(c.t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for _, o := range opts {
		o(req)
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return &Answer{t: c.t, Status: res.StatusCode, Header: res.Header, Body: b}
}

// Get sends a GET.
func (c *Client) Get(path string, opts ...Option) *Answer {
	return c.Do(http.MethodGet, path, nil, opts...)
}

// Post sends a POST.
func (c *Client) Post(path string, body any, opts ...Option) *Answer {
	return c.Do(http.MethodPost, path, body, opts...)
}

// Want requires a status and returns the answer.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	require.Equal(a.t, status, a.Status, "%s", a.Body)
	return a
}

// JSON decodes the body, whose members must all be known to into.
func (a *Answer) JSON(into any) {
	a.t.Helper()
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.DisallowUnknownFields()
	require.NoError(a.t, d.Decode(into), "%s", a.Body)
}

// Problem requires a problem of a code.
func (a *Answer) Problem(code string) api.Problem {
	a.t.Helper()
	var p api.Problem
	require.Equal(a.t, "application/problem+json", a.Header.Get("Content-Type"), "%d %s", a.Status, a.Body)
	a.JSON(&p)
	require.Equal(a.t, code, p.Code, "%s", a.Body)
	return p
}

// Code returns the problem's code, "" where the answer is none.
func (a *Answer) Code() string {
	if a.Header.Get("Content-Type") != "application/problem+json" || len(a.Body) == 0 {
		return ""
	}
	var p api.Problem
	a.JSON(&p)
	return p.Code
}
