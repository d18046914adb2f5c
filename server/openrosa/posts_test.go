package openrosa_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/limits"
	"ruhu/server/openrosa"
)

// body writes a multipart body whose parts are (disposition, content).
func body(parts ...string) (text, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		p, _ := w.CreatePart(map[string][]string{"Content-Disposition": {"form-data; " + parts[i]}})
		_, _ = io.WriteString(p, parts[i+1])
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func TestNamesAndOrderOfParts(t *testing.T) {
	s := open(t, false)
	x := instanceXML("a", "1", "uuid:1", "")
	xmlPart := `name="xml_submission_file"; filename="x.xml"`
	text, kind := body(`name="early.png"; filename="early.png"`, "E", xmlPart, x,
		"name=\"c\"; filename=\"caf\xe9.png\"", "latin1",
		`name="u"; filename="é 二.png"`, "utf8",
		`name="r"; filename*=UTF-8''%E7%85%A7.png`, "rfc5987",
		`name="w"; filename="=?UTF-8?B?54Wn54mH?="`, "rfc2047",
		`name="p"; filename="C:\\a\\..\\b.png"`, "windows",
		`name="q"; filename="../../etc/passwd"`, "path",
		`name="dots"; filename=".."`, "none",
		`name="__csrf"`, "t", `name="other"`, "field", `name="*isIncomplete*"`, "yes", xmlPart, x)
	res, answer := s.send("POST", s.keyed()+"/submission", text, "Content-Type", kind, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusCreated, res.StatusCode, answer)
	require.Contains(t, answer, `<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="submit_success">已收到。</message>`)
	require.Equal(t, map[string]string{"early.png": "E", "café.png": "latin1", "é 二.png": "utf8", "照.png": "rfc5987", "照片": "rfc2047", "b.png": "windows", "passwd": "path"},
		s.records.got["uuid:1"].files)

	res, _ = s.send("POST", s.keyed()+"/submission", x, "Content-Type", "text/xml; charset=utf-8")
	require.Equal(t, http.StatusCreated, res.StatusCode)
	empty, emptyKind := body(`name="other"`, "x")
	two, twoKind := body(xmlPart, x, xmlPart, instanceXML("a", "1", "uuid:9", ""))
	huge, hugeKind := body(xmlPart, strings.Repeat(" ", limits.SubmissionBytes+1))
	for name, c := range map[string]struct {
		body, kind string
		header     string
		want       int
	}{
		"no multipart":    {"x", "application/json", "", 415},
		"no boundary":     {"x", "multipart/form-data", "", 415},
		"packed":          {text, kind, "gzip", 415},
		"cut":             {text[:len(text)/2], kind, "", 400},
		"no xml":          {empty, emptyKind, "", 400},
		"two records":     {two, twoKind, "", 400},
		"too much XML":    {huge, hugeKind, "", 413},
		"empty":           {"", kind, "", 400},
		"not a record":    {"<html>", "text/xml", "", 0},
		"wrong delimiter": {text, "multipart/form-data; boundary=x", "", 400},
	} {
		res, answer := s.send("POST", s.keyed()+"/submission", c.body, "Content-Type", c.kind, "Content-Encoding", c.header)
		if c.want != 0 {
			require.Equal(t, c.want, res.StatusCode, name)
		}
		require.GreaterOrEqual(t, res.StatusCode, 400, name)
		require.Less(t, res.StatusCode, 500, name)
		require.Contains(t, answer, `nature="error"`, name)
	}
	_, answer = s.send("POST", s.keyed()+"/submission", "<!DOCTYPE a>"+x, "Content-Type", "text/xml")
	require.Contains(t, answer, "提交的内容无法读取。 line 1: a DOCTYPE", "the reason, for the person at the phone")
	res, _ = s.send("GET", s.keyed()+"/submission", "")
	require.Equal(t, http.StatusNoContent, res.StatusCode)
}

func TestAPostThatIsCutIsNoPost(t *testing.T) {
	s := open(t, false)
	text, kind := body(`name="xml_submission_file"; filename="x"`, instanceXML("a", "1", "uuid:1", ""), `name="a"; filename="a.png"`, strings.Repeat("x", 1<<16))
	reader, writer := io.Pipe()
	go func() {
		_, _ = io.WriteString(writer, text[:1<<15])
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
	}()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.keyed()+"/submission", reader) // chunked
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	_, err = s.http.Do(req)
	require.Error(t, err)
	require.Empty(t, s.records.got)
	req, err = http.NewRequestWithContext(t.Context(), "POST", s.keyed()+"/submission", io.MultiReader(strings.NewReader(text)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	res, err := s.http.Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, res.StatusCode, "a chunked one that is whole is taken")
	require.NoError(t, res.Body.Close())
}

func FuzzAddressesAndPosts(f *testing.F) {
	text, kind := body(`name="xml_submission_file"; filename="x"`, "<data/>", `name="a"; filename="a"`, "x")
	f.Add("/openrosa/formList", text, kind)
	f.Add("/openrosa/key/x/forms/a%2Fb/v1/media/%E5", text, "multipart/form-data; boundary=")
	f.Fuzz(func(t *testing.T, at, text, kind string) {
		r, err := http.NewRequest("POST", "http://h"+openrosa.Prefix+"/key/"+strings.Repeat("0", 40)+"/submission", strings.NewReader(text))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", kind)
		r.URL.RawPath, r.URL.Path = at, at
		h, err := openrosa.New(openrosa.Config{Users: letIn{}, Forms: &forms{}, Submissions: &records{got: map[string]*record{}}, Clock: still{}, Sockets: still{}})
		require.NoError(t, err)
		for _, method := range []string{"GET", "POST"} {
			r.Method = method
			w := httptest.NewRecorder()
			var report openrosa.Report
			h.Serve(w, r, openrosa.Request{Base: "http://h", Lang: "zh"}, &report)
			require.NotEqual(t, 409, w.Code)
			require.Less(t, w.Code, 500)
			require.Contains(t, append(openrosa.Patterns(), "/openrosa/*"), strings.NewReplacer("/key/:key", "", "/edit/:edit", "").Replace(report.Route))
		}
	})
}
