package collect

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client is one Collect app with one project.
type Client struct {
	HTTP      *http.Client
	ServerURL string // as in the settings
	DeviceID  string
	Username  string
	Password  string
	Now       func() time.Time

	Forms    map[string][]*Form       // on the device, by form id, newest last
	Lists    map[string]*List         // entity lists by name
	Requests []string                 // METHOD path, in order
	cached   map[string]*cachedAnswer // by URL, revalidated

	challenge string            // the last one, sent ahead from then on
	heads     map[string]string // submission URL -> where HEAD sent it
}

type cachedAnswer struct {
	etag string
	body []byte
}

// New returns an app that knows nothing yet.
func New(server, device string, now func() time.Time) *Client {
	return &Client{HTTP: &http.Client{}, ServerURL: server, DeviceID: device, Now: now, Forms: map[string][]*Form{}, Lists: map[string]*List{},
		cached: map[string]*cachedAnswer{}, heads: map[string]string{}}
}

// Failure is what Collect shows instead of going on.
type Failure struct {
	Kind    string // auth, unreachable, server, not-openrosa, proxy, parse, no-hash, refused
	Status  int
	Message string // of the server, where it said something that Collect shows
}

// Error implements error.
func (f *Failure) Error() string { return fmt.Sprintf("%s %d %s", f.Kind, f.Status, f.Message) }

// address adds deviceID to whatever query an address has.
func (c *Client) address(at string) (string, error) {
	u, err := url.Parse(at)
	if err != nil {
		return "", err
	}
	q := "deviceID=" + url.QueryEscape(c.DeviceID)
	if u.RawQuery != "" {
		q = u.RawQuery + "&" + q
	}
	u.RawQuery = q
	return u.String(), nil
}

// date is what Collect writes: a clock of twelve hours, without saying which half of the day.
func (c *Client) date() string {
	return c.Now().UTC().Format("Mon, 02 Jan 2006 03:04:05 GMT")
}

func (c *Client) request(ctx context.Context, method, at string, body []byte, contentType string) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, at, reader)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-OpenRosa-Version", "1.0")
	req.Header.Set("Date", c.date())
	req.Header.Set("User-Agent", "org.odk.collect.android/v2026.3.0 Dalvik/2.1.0 (Linux; U; Android 12; Redmi)")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req, nil
}

// sameHost reports whether credentials may go to an address: only to the project's own host.
func (c *Client) sameHost(u *url.URL) bool {
	own, err := url.Parse(c.ServerURL)
	return err == nil && own.Host == u.Host
}

// send sends a request; where it is challenged it answers once, or again where only the nonce was too old.
func (c *Client) send(ctx context.Context, method, at string, body []byte, contentType string, header ...string) (*http.Response, error) {
	for try := 0; ; try++ {
		req, err := c.request(ctx, method, at, body, contentType)
		if err != nil {
			return nil, err
		}
		for i := 0; i+1 < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		mine := c.Username != "" && c.sameHost(req.URL)
		authorized := mine && c.challenge != ""
		if authorized {
			req.Header.Set("Authorization", c.authorization(req))
		}
		c.Requests = append(c.Requests, method+" "+req.URL.Path)
		res, err := c.HTTP.Do(req)
		if err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusUnauthorized || !mine || try > 1 {
			return res, nil
		}
		challenge := choose(res.Header.Values("WWW-Authenticate"), req.URL.Scheme == "https")
		if challenge == "" || authorized && !strings.Contains(challenge, "stale=true") {
			return res, nil
		}
		drain(res)
		c.challenge = challenge
	}
}

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

// choose takes the first challenge that Collect can answer: Digest on any scheme, Basic on https alone.
func choose(challenges []string, https bool) string {
	for _, ch := range challenges {
		scheme, _, _ := strings.Cut(ch, " ")
		if strings.EqualFold(scheme, "digest") || https && strings.EqualFold(scheme, "basic") {
			return ch
		}
	}
	return ""
}

func (c *Client) authorization(req *http.Request) string {
	if strings.HasPrefix(strings.ToLower(c.challenge), "basic") {
		probe := &http.Request{Header: http.Header{}}
		probe.SetBasicAuth(c.Username, c.Password)
		return probe.Header.Get("Authorization")
	}
	return digest(c.challenge, c.Username, c.Password, req.Method, req.URL.RequestURI())
}

func digest(challenge, username, password, method, uri string) string {
	param := func(name string) string {
		_, rest, ok := strings.Cut(challenge, name+`="`)
		if !ok {
			return ""
		}
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	ha1 := md5Hex([]byte(username + ":" + param("realm") + ":" + password))
	ha2 := md5Hex([]byte(method + ":" + uri))
	const nc, cnonce = "00000001", "d8e1c2a0"
	response := md5Hex([]byte(strings.Join([]string{ha1, param("nonce"), nc, cnonce, "auth", ha2}, ":")))
	return fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", qop=auth, nc=%s, cnonce="%s", algorithm=MD5, opaque="%s"`,
		username, param("realm"), param("nonce"), uri, response, nc, cnonce, param("opaque"))
}

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

// fetch gets an address that must answer 200, by way of the cache.
func (c *Client) fetch(ctx context.Context, at string) ([]byte, http.Header, error) {
	at, err := c.address(at)
	if err != nil {
		return nil, nil, &Failure{Kind: "unreachable", Message: err.Error()}
	}
	var header []string
	have := c.cached[at]
	if have != nil {
		header = []string{"If-None-Match", have.etag}
	}
	res, err := c.send(ctx, http.MethodGet, at, nil, "", header...)
	if err != nil {
		return nil, nil, &Failure{Kind: "unreachable", Message: err.Error()}
	}
	defer drain(res)
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		return have.body, res.Header, nil
	case http.StatusUnauthorized:
		return nil, nil, &Failure{Kind: "auth", Status: res.StatusCode}
	case http.StatusNotFound:
		return nil, nil, &Failure{Kind: "unreachable", Status: res.StatusCode}
	default:
		return nil, nil, &Failure{Kind: "server", Status: res.StatusCode}
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, nil, &Failure{Kind: "unreachable", Message: err.Error()}
	}
	if tag := res.Header.Get("ETag"); tag != "" && !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
		c.cached[at] = &cachedAnswer{tag, body}
	}
	return body, res.Header, nil
}

// fetchXML is fetch for what must be OpenRosa's own XML.
func (c *Client) fetchXML(ctx context.Context, at string) ([]byte, error) {
	body, header, err := c.fetch(ctx, at)
	if err != nil {
		return nil, err
	}
	if t := header.Get("Content-Type"); t != "" && !strings.Contains(strings.ToLower(t), "text/xml") {
		return nil, &Failure{Kind: "proxy", Message: t}
	}
	if header.Get("X-OpenRosa-Version") == "" {
		return nil, &Failure{Kind: "not-openrosa"}
	}
	return body, nil
}
