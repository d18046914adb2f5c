// Package enketo is a client that behaves as Enketo Express does towards an OpenRosa server: what it asks in which order,
// what it forwards of a browser, how it packs and repeats records. It was written from the client's protocol, not from this
// server. For tests.
package enketo

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client is one Enketo with one browser before it.
type Client struct {
	HTTP      *http.Client
	ServerURL string
	Username  string
	Password  string
	Origin    string // of Enketo's own pages
	Cookie    string // the browser's whole cookie header for Enketo's host
	CSRF      string // of Enketo's __csrf cookie; "" = none
	Now       func() time.Time

	Requests []string           // METHOD path, in order
	forms    map[string]*Survey // by form id
	queue    []Record
}

// New returns an Enketo that has cached nothing.
func New(server string, now func() time.Time) *Client {
	return &Client{HTTP: &http.Client{}, ServerURL: server, Now: now, Origin: "https://enketo.example", forms: map[string]*Survey{},
		Cookie: "__enketo_meta_deviceid=s%3Aenketo.example%3Ax; ruhu_session=stale; other=1"}
}

// Survey is a form as Enketo has loaded it.
type Survey struct {
	ID, Hash string
	XML      []byte
	Media    map[string][]byte
	MaxSize  int
}

// Record is one record in the browser.
type Record struct {
	InstanceID   string
	DeprecatedID string // "" = a new one
	XML          string
	Files        []File
	Queued       bool // it comes from the offline queue
}

// File is one attachment.
type File struct {
	Name  string
	Type  string
	Bytes []byte
}

// Refusal is an answer Enketo does not go on from.
type Refusal struct {
	Status  int
	Message string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Message) }

// bare are the requests that carry nothing of the browser.
func (c *Client) request(ctx context.Context, method, at string, body io.Reader, bare bool) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-OpenRosa-Version", "1.0")
	req.Header.Set("Date", c.Now().UTC().Format(http.TimeFormat))
	req.Header.Set("User-Agent", "") // net/http sends none then
	if !bare {
		req.Header.Set("User-Agent", "Enketo/7.6.4 Mozilla/5.0 (X11; Linux x86_64)")
		req.Header.Set("Cookie", c.Cookie)
	}
	return req, nil
}

// get asks twice where the first answer is a challenge: Enketo never sends credentials first.
func (c *Client) get(ctx context.Context, method, at string, bare bool) (*http.Response, error) {
	challenge := ""
	for {
		req, err := c.request(ctx, method, at, nil, bare)
		if err != nil {
			return nil, err
		}
		if challenge != "" {
			req.Header.Set("Authorization", c.authorization(challenge, method, req.URL.RequestURI()))
		}
		c.Requests = append(c.Requests, method+" "+req.URL.Path)
		res, err := c.HTTP.Do(req)
		if err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusUnauthorized || c.Username == "" || challenge != "" {
			return res, nil
		}
		if challenge = res.Header.Get("WWW-Authenticate"); challenge == "" {
			return res, nil
		}
		drain(res)
	}
}

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

func (c *Client) authorization(challenge, method, uri string) string {
	if strings.HasPrefix(strings.ToLower(challenge), "basic") {
		probe := &http.Request{Header: http.Header{}}
		probe.SetBasicAuth(c.Username, c.Password)
		return probe.Header.Get("Authorization")
	}
	param := func(name string) string {
		_, rest, _ := strings.Cut(challenge, name+`="`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	hash := func(parts ...string) string {
		sum := md5.Sum([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(sum[:])
	}
	cnonce := hash(uri, method)[:16]
	response := hash(hash(c.Username, param("realm"), c.Password), param("nonce"), "00000001", cnonce, "auth", hash(method, uri))
	return fmt.Sprintf(`Digest username="%s",realm="%s",nonce="%s",uri="%s",qop=auth,response="%s",nc=00000001,cnonce="%s",opaque="%s"`,
		c.Username, param("realm"), param("nonce"), uri, response, cnonce, param("opaque"))
}

func (c *Client) body(ctx context.Context, at string) ([]byte, error) {
	res, err := c.get(ctx, http.MethodGet, at, false)
	if err != nil {
		return nil, err
	}
	defer drain(res)
	if res.StatusCode != http.StatusOK {
		return nil, &Refusal{Status: res.StatusCode}
	}
	return io.ReadAll(res.Body)
}

type xformsList struct {
	XMLName xml.Name `xml:"http://openrosa.org/xforms/xformsList xforms"`
	Forms   []struct {
		ID       string `xml:"formID"`
		Hash     string `xml:"hash"`
		Download string `xml:"downloadUrl"`
		Manifest string `xml:"manifestUrl"`
	} `xml:"xform"`
}

type xformsManifest struct {
	Files []struct {
		Name string `xml:"filename"`
		Hash string `xml:"hash"`
		URL  string `xml:"downloadUrl"`
	} `xml:"mediaFile"`
}

// Open loads a form as a person's first visit does.
func (c *Client) Open(ctx context.Context, formID string) (*Survey, error) {
	list := c.ServerURL + "/formList?formID=" + url.QueryEscape(formID)
	head, err := c.get(ctx, http.MethodHead, list, false)
	if err != nil {
		return nil, err
	}
	drain(head)
	if head.StatusCode < 200 || head.StatusCode > 299 {
		return nil, &Refusal{Status: head.StatusCode, Message: "Request to form list failed"}
	}
	b, err := c.body(ctx, list)
	if err != nil {
		return nil, err
	}
	var forms xformsList
	if err := xml.Unmarshal(b, &forms); err != nil {
		return nil, err
	}
	for _, f := range forms.Forms {
		if f.ID != formID {
			continue
		}
		if f.Hash == "" || f.Download == "" {
			return nil, &Refusal{Status: http.StatusBadRequest, Message: "no hash"}
		}
		return c.load(ctx, f.ID, f.Hash, f.Download, f.Manifest)
	}
	return nil, &Refusal{Status: http.StatusNotFound, Message: "not found in form list"}
}

func (c *Client) load(ctx context.Context, id, hash, download, manifest string) (*Survey, error) {
	s := &Survey{ID: id, Hash: hash, Media: map[string][]byte{}}
	var files xformsManifest
	if manifest != "" {
		b, err := c.body(ctx, manifest)
		if err != nil {
			return nil, err
		}
		if err := xml.Unmarshal(b, &files); err != nil {
			return nil, err
		}
	}
	if old := c.forms[id]; old != nil && old.Hash == hash {
		s.XML = old.XML
	} else {
		b, err := c.body(ctx, download)
		if err != nil {
			return nil, err
		}
		s.XML = b
	}
	for _, f := range files.Files {
		b, err := c.body(ctx, f.URL)
		if err != nil {
			return nil, err
		}
		s.Media[f.Name] = b
	}
	head, err := c.get(ctx, http.MethodHead, c.ServerURL+"/submission", false)
	if err != nil {
		return nil, err
	}
	drain(head)
	s.MaxSize = 5_000_000
	if n, err := strconv.Atoi(head.Header.Get("X-OpenRosa-Accept-Content-Length")); err == nil {
		s.MaxSize = n
	}
	c.forms[id] = s
	return s, nil
}

// Submit sends a record in batches: each the whole XML and the files that fit under the size seen when the form was opened,
// with no mark of whether more will come. A failed batch fails the record; trying again begins with the first.
func (c *Client) Submit(ctx context.Context, s *Survey, r Record) (message string, err error) {
	batches := [][]File{nil}
	size := 0
	for _, f := range r.Files {
		last := len(batches) - 1
		if len(batches[last]) > 0 && size+len(f.Bytes) >= s.MaxSize {
			batches, last, size = append(batches, nil), last+1, 0
		}
		batches[last] = append(batches[last], f)
		size += len(f.Bytes)
	}
	for _, files := range batches {
		if message, err = c.post(ctx, r, files); err != nil {
			return message, err
		}
	}
	return message, nil
}

// post sends one batch. The challenge is fetched by a HEAD, and answered in the POST itself.
func (c *Client) post(ctx context.Context, r Record, files []File) (message string, err error) {
	at := c.ServerURL + "/submission"
	probe, err := c.request(ctx, http.MethodHead, at, nil, true)
	if err != nil {
		return "", err
	}
	c.Requests = append(c.Requests, "HEAD "+probe.URL.Path)
	head, err := c.HTTP.Do(probe)
	if err != nil {
		return "", err
	}
	drain(head)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	c.parts(w, r, files)
	req, err := c.request(ctx, http.MethodPost, at, &b, false)
	if err != nil {
		return "", err
	}
	if c.Username != "" && head.StatusCode == http.StatusUnauthorized {
		req.Header.Set("Authorization", c.authorization(head.Header.Get("WWW-Authenticate"), http.MethodPost, req.URL.RequestURI()))
	}
	for name, value := range map[string]string{"Content-Type": w.FormDataContentType(), "X-OpenRosa-Instance-Id": r.InstanceID,
		"Origin": c.Origin, "Referer": c.Origin + "/x/abc", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors",
		"Accept-Encoding": "gzip, deflate, br, zstd", "Cache-Control": "max-age=0"} {
		req.Header.Set(name, value)
	}
	req.Header.Set("X-OpenRosa-Deprecated-Id", r.DeprecatedID)
	if r.Queued && r.DeprecatedID == "" {
		req.Header.Set("X-OpenRosa-Deprecated-Id", "undefined")
	}
	c.Requests = append(c.Requests, "POST "+req.URL.Path)
	res, err := c.HTTP.Do(req)
	if err != nil {
		return "", err
	}
	defer drain(res)
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	var words struct {
		Message string `xml:"message"`
	}
	_ = xml.Unmarshal(answer, &words) // what is not XML has no words
	if res.StatusCode == http.StatusCreated || res.StatusCode == http.StatusAccepted {
		return words.Message, nil
	}
	return "", &Refusal{Status: res.StatusCode, Message: words.Message}
}

func (c *Client) parts(w *multipart.Writer, r Record, files []File) {
	part := func(name, kind string, content []byte) {
		h := map[string][]string{"Content-Disposition": {`form-data; name="` + name + `"; filename="` + name + `"`}, "Content-Type": {kind}}
		if p, err := w.CreatePart(h); err == nil {
			_, _ = p.Write(content)
		}
	}
	part("xml_submission_file", "text/xml", []byte(r.XML))
	if c.CSRF != "" {
		_ = w.WriteField("__csrf", c.CSRF)
	}
	for _, f := range files {
		part(f.Name, f.Type, f.Bytes)
	}
	_ = w.Close()
}

// Queue keeps a record for Flush, as the browser does while there is no network.
func (c *Client) Queue(r Record) {
	r.Queued = true
	c.queue = append(c.queue, r)
}

// Flush tries all queued records in order; those that fail stay, and do not stop the others. It returns how many stay.
func (c *Client) Flush(ctx context.Context, s *Survey) int {
	var stay []Record
	for _, r := range c.queue {
		if _, err := c.Submit(ctx, s, r); err != nil {
			stay = append(stay, r)
		}
	}
	c.queue = stay
	return len(stay)
}
