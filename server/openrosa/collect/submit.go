package collect

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// Instance is a finished record on the device: its XML, and whatever files lie in its folder.
type Instance struct {
	FileName string // of the XML
	XML      []byte
	Files    []File
}

// File is a file in a record's folder.
type File struct {
	Name  string
	Type  string // "" = application/octet-stream
	Bytes []byte
}

const (
	defaultLength = 10_000_000
	filesPerPost  = 101
)

// Submit sends a record: HEAD, then as many posts as it takes, each with the whole XML. It stops at the first that fails; the
// next Submit begins anew. message is what Collect shows.
func (c *Client) Submit(ctx context.Context, in Instance) (message string, err error) {
	at, most, err := c.submissionURL(ctx)
	if err != nil {
		return "", err
	}
	batches := split(in, most)
	for i, files := range batches {
		body, contentType := encode(in, files, i < len(batches)-1)
		res, err := c.send(ctx, http.MethodPost, at, body, contentType)
		if err != nil {
			return "", &Failure{Kind: "unreachable", Message: err.Error()}
		}
		if message, err = verdict(res); err != nil {
			return "", err
		}
	}
	return message, nil
}

// submissionURL asks by HEAD where to post and how much at once.
func (c *Client) submissionURL(ctx context.Context) (at string, most int, err error) {
	base, err := c.address(strings.TrimSuffix(c.ServerURL, "/") + "/submission")
	if err != nil {
		return "", 0, err
	}
	if moved, ok := c.heads[base]; ok {
		return moved, defaultLength, nil
	}
	res, err := c.send(ctx, http.MethodHead, base, nil, "")
	if err != nil {
		return "", 0, &Failure{Kind: "unreachable", Message: err.Error()}
	}
	defer drain(res)
	switch {
	case res.StatusCode == http.StatusUnauthorized:
		return "", 0, &Failure{Kind: "auth", Status: res.StatusCode}
	case res.StatusCode == http.StatusNoContent:
		most = defaultLength
		if n, err := strconv.Atoi(res.Header.Get("X-OpenRosa-Accept-Content-Length")); err == nil {
			most = n
		}
		if location := res.Header.Get("Location"); location != "" {
			moved, err := url.Parse(location)
			if err != nil || !c.sameHost(moved) {
				return "", 0, &Failure{Kind: "refused", Message: "sent to another host"}
			}
			c.heads[base] = location
			return location, most, nil
		}
		return base, most, nil
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return "", 0, &Failure{Kind: "refused", Status: res.StatusCode, Message: "Is this an OpenRosa submission endpoint?"}
	}
	return base, defaultLength, nil
}

// split packs files into posts; a file that is too large for any goes alone.
func split(in Instance, most int) [][]File {
	batches := [][]File{nil}
	size := len(in.XML)
	for _, f := range in.Files {
		last := len(batches) - 1
		if n := len(batches[last]); n > 0 && (size+len(f.Bytes) > most || n >= filesPerPost) {
			batches = append(batches, nil)
			last, size = last+1, len(in.XML)
		}
		batches[last] = append(batches[last], f)
		size += len(f.Bytes)
	}
	return batches
}

func encode(in Instance, files []File, more bool) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(name, fileName, kind string, content []byte) {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="`+name+`"; filename="`+fileName+`"`)
		h.Set("Content-Type", kind)
		p, err := w.CreatePart(h)
		if err == nil {
			_, _ = p.Write(content)
		}
	}
	part("xml_submission_file", in.FileName, "text/xml", in.XML)
	for _, f := range files {
		kind := f.Type
		if kind == "" {
			kind = "application/octet-stream"
		}
		part(f.Name, f.Name, kind, f.Bytes)
	}
	if more {
		_ = w.WriteField("*isIncomplete*", "yes")
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// verdict reads the answer to a post: 201 and 202 are success.
func verdict(res *http.Response) (message string, err error) {
	defer drain(res)
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	var answer struct {
		XMLName xml.Name `xml:"http://openrosa.org/http/response OpenRosaResponse"`
		Message string   `xml:"http://openrosa.org/http/response message"`
	}
	if xml.Unmarshal(body, &answer) == nil {
		message = answer.Message
	}
	switch res.StatusCode {
	case http.StatusCreated, http.StatusAccepted:
		return message, nil
	case http.StatusOK:
		return "", &Failure{Kind: "refused", Status: res.StatusCode, Message: "Network login failure?"}
	case http.StatusUnauthorized:
		return "", &Failure{Kind: "auth", Status: res.StatusCode, Message: message}
	}
	return "", &Failure{Kind: "server", Status: res.StatusCode, Message: message}
}
