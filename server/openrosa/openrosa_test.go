package openrosa_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth/authtest"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/openrosa/collect"
	"ruhu/server/openrosa/enketo"
	"ruhu/survey"
)

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

func instanceXML(form, version, id, body string) string {
	return fmt.Sprintf(`<data id=%q version=%q xmlns:orx="http://openrosa.org/xforms">%s<orx:meta><orx:instanceID>%s</orx:instanceID></orx:meta></data>`, form, version, body, id)
}

// send is one plain request; header are pairs.
func (s *shop) send(method, at, body string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, at, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := s.http.Do(req)
	require.NoError(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, "1.0", res.Header.Get("X-OpenRosa-Version"), "on every answer: %s %s", method, at)
	require.NotEqual(s.t, http.StatusConflict, res.StatusCode)
	return res, string(b)
}

func TestCollectFollowsTheServersForms(t *testing.T) {
	s := open(t, false)
	bom := "\ufeff<h:html>农</h:html>"
	s.forms.add("农户 & <调查>/1", "", "农户 & <调查>", bom)
	s.forms.add("plain", "2", "", "<x/>")
	s.forms.setFiles("农户 & <调查>/1", "", survey.FormFile{Name: "村 名单.csv", Bytes: []byte("name,label\n1,甲\n")}, survey.FormFile{Name: "logo.png", Bytes: []byte("\x89PNG")})
	c := s.collect(s.keyed())

	done, err := c.Sync(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"new plain", "new 农户 & <调查>/1"}, done)
	f := c.Forms["农户 & <调查>/1"][0]
	require.Equal(t, bom, string(f.XML), "to the byte")
	require.Equal(t, map[string][]byte{"村 名单.csv": []byte("name,label\n1,甲\n"), "logo.png": []byte("\x89PNG")}, f.Media)

	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Empty(t, done, "nothing changed, nothing is fetched")

	s.forms.setFiles("农户 & <调查>/1", "", survey.FormFile{Name: "村 名单.csv", Bytes: []byte("name,label\n1,乙\n")}, survey.FormFile{Name: "logo.png", Bytes: []byte("\x89PNG")})
	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"media 农户 & <调查>/1"}, done)
	require.Equal(t, "name,label\n1,乙\n", string(f.Media["村 名单.csv"]))

	s.forms.add("plain", "3", "", "<y/>")
	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"updated plain"}, done)
	require.Len(t, c.Forms["plain"], 2, "the older version stays for its records")

	s.forms.list = s.forms.list[:1]
	s.forms.version++
	done, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"removed plain"}, done)

	s.forms.fail = errs.New(errs.Busy, "fake", "the database sleeps")
	_, err = c.Sync(t.Context())
	require.Equal(t, &collect.Failure{Kind: "server", Status: http.StatusServiceUnavailable}, err)
	require.Len(t, c.Forms, 1, "an error is never an empty list, which would empty the device")
}

func TestFormListAnswers(t *testing.T) {
	s := open(t, false)
	s.forms.add("a", "1", "甲", "<a/>")
	s.forms.add("b", "1", "乙", "<b/>")
	for _, query := range []string{"", "?verbose=true&listAllVersions=true&deviceID=x&unknown=%zz"} {
		res, body := s.send("GET", s.keyed()+"/formList"+query, "")
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, "text/xml; charset=utf-8", res.Header.Get("Content-Type"))
		require.Equal(t, "zh-CN", res.Header.Get("Content-Language"))
		require.Equal(t, "10000000", res.Header.Get("X-OpenRosa-Accept-Content-Length"))
		require.Equal(t, s.Clock.Now().Format(http.TimeFormat), res.Header.Get("Date"))
		require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<xforms xmlns="http://openrosa.org/xforms/xformsList">`+
			`<xform><formID>a</formID><name>甲</name><version>1</version><hash>md5:`+md5Hex([]byte("<a/>"))+`</hash><downloadUrl>`+s.keyed()+`/forms/a/v1/form.xml</downloadUrl></xform>`+
			`<xform><formID>b</formID><name>乙</name><version>1</version><hash>md5:`+md5Hex([]byte("<b/>"))+`</hash><downloadUrl>`+s.keyed()+`/forms/b/v1/form.xml</downloadUrl></xform></xforms>`, body)
	}
	_, body := s.send("GET", s.keyed()+"/formList?formID=b", "")
	require.NotContains(t, body, "<formID>a<")
	require.Contains(t, body, "<formID>b<")
	res, body := s.send("GET", s.keyed()+"/formList?formID=none", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.True(t, strings.HasSuffix(body, `xformsList"></xforms>`), body)
	_, body = s.send("GET", strings.Replace(s.keyed(), s.app.Key, strings.ToUpper(s.app.Key), 1)+"/formList", "")
	require.Contains(t, body, "/key/"+strings.ToUpper(s.app.Key)+"/forms/", "links keep the key as the client wrote it")

	for _, at := range []string{"/formList", "/formList?formID=a", "/forms/a/v1/manifest"} {
		res, _ = s.send("GET", s.keyed()+at, "")
		tag := res.Header.Get("ETag")
		require.NotEmpty(t, tag)
		res, body = s.send("GET", s.keyed()+at, "", "If-None-Match", tag)
		require.Equal(t, http.StatusNotModified, res.StatusCode, "asking every quarter of an hour costs nothing")
		require.Empty(t, body)
		s.forms.add("a", "1", "甲"+at, "<a/>", survey.FormFile{Name: "x.csv", Bytes: []byte(at)})
		res, _ = s.send("GET", s.keyed()+at, "", "If-None-Match", tag)
		require.Equal(t, http.StatusOK, res.StatusCode)
	}

	res, body = s.send("HEAD", s.keyed()+"/formList", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Empty(t, body)
	require.NotEmpty(t, res.Header.Get("Content-Length"))
}

func TestFormsAndFilesAreRevalidated(t *testing.T) {
	s := open(t, false)
	s.forms.add("a", "", "甲", "<a/>", survey.FormFile{Name: "x.csv", Bytes: []byte("name\n")})
	for at, kind := range map[string]string{"/forms/a/v/form.xml": "text/xml", "/forms/a/v/media/x.csv": "text/csv; charset=utf-8"} {
		res, body := s.send("GET", s.keyed()+at+"?deviceID=x", "")
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, kind, res.Header.Get("Content-Type"))
		require.Equal(t, `"`+md5Hex([]byte(body))+`"`, res.Header.Get("ETag"))
		require.Equal(t, "private, no-cache", res.Header.Get("Cache-Control"))
		for _, have := range []string{res.Header.Get("ETag"), `"other", W/` + res.Header.Get("ETag")} {
			res, body = s.send("GET", s.keyed()+at, "", "If-None-Match", have)
			require.Equal(t, http.StatusNotModified, res.StatusCode)
			require.Empty(t, body)
		}
		res, _ = s.send("GET", s.keyed()+at, "", "If-None-Match", `"other"`)
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	for _, at := range []string{"/forms/none/v/form.xml", "/forms/a/v2/manifest", "/forms/a/v/media/none.csv", "/", "", "/forms", "/forms/a/1/form.xml", "/entities/none.csv", "/entities/none/integrity", "/formlist"} {
		res, body := s.send("GET", s.keyed()+at, "")
		require.Equal(t, http.StatusNotFound, res.StatusCode, at)
		require.Contains(t, body, `<message nature="error">`)
		require.NotContains(t, body, s.app.Key)
	}
	res, _ := s.send("POST", s.keyed()+"/formList", "")
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
	require.Equal(t, "GET, HEAD", res.Header.Get("Allow"))
}

func TestARefusedBodyIsReadToItsEnd(t *testing.T) {
	s := open(t, false)
	text, kind := body(`name="xml_submission_file"; filename="x"`, instanceXML("unknown", "1", "uuid:1", ""), `name="a"; filename="a.png"`, strings.Repeat("x", 9_000_000))
	for range 5 {
		res, answer := s.send("POST", s.keyed()+"/submission", text, "Content-Type", kind)
		require.Equal(t, http.StatusNotFound, res.StatusCode)
		require.Contains(t, answer, "unknown", "the client hears why")
	}
	res, _ := s.send("GET", s.keyed()+"//formList", "")
	require.Equal(t, http.StatusOK, res.StatusCode, "an address that was typed with a slash at its end")
}

func TestWhoIsLetIn(t *testing.T) {
	s := open(t, false)
	s.forms.add("a", "1", "甲", "<a/>")
	for key, want := range map[string]int{"x": 401, "": 401, s.app.Key[1:]: 401, strings.Repeat("0", 40): 403} {
		res, body := s.send("GET", s.url+"/key/"+key+"/formList", "")
		require.Equal(t, want, res.StatusCode, key)
		require.Contains(t, body, "OpenRosaResponse")
		require.Equal(t, want == 401, res.Header.Get("WWW-Authenticate") != "")
	}
	res, _ := s.send("GET", s.keyed()+"/formList", "", "Authorization", "Basic eDp5", "Cookie", "ruhu_session=x")
	require.Equal(t, http.StatusOK, res.StatusCode, "the key comes before anything else")
	res, _ = s.send("GET", s.url+"/formList", "", "Cookie", "ruhu_session=x")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.Len(t, res.Header.Values("WWW-Authenticate"), 1, "no Basic where others can read it")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.app.Username+":"+s.app.Password))
	res, _ = s.send("GET", s.url+"/formList", "", "Authorization", basic)
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	res, _ = s.send("GET", s.url+"/formList", "", "Authorization", "Bearer x")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)

	require.NoError(t, s.RevokeDevice(t.Context(), s.Admin(), s.app.Device, "lost"))
	for _, at := range []string{"/formList", "/submission"} {
		res, _ = s.send("HEAD", s.keyed()+at, "")
		require.Equal(t, http.StatusForbidden, res.StatusCode, at)
	}
	_, answer := s.send("POST", s.keyed()+"/submission", instanceXML("a", "1", "uuid:1", ""), "Content-Type", "text/xml")
	require.Contains(t, answer, "新的设置二维码")
	require.NotContains(t, answer, "仍可上传")
	s.wait = 7 * time.Second
	res, _ = s.send("GET", s.url+"/key/x/formList", "")
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "7", res.Header.Get("Retry-After"))
	for _, r := range s.reports {
		require.NotContains(t, r.Route, s.app.Key)
	}
}

func TestCollectSignsInByDigest(t *testing.T) {
	s := open(t, false)
	s.forms.add("a", "1", "甲", "<a/>")
	c := s.signedIn(s.collect(s.url))
	_, err := c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"GET /openrosa/formList", "GET /openrosa/formList", "GET /openrosa/forms/a/v1/form.xml"}, c.Requests, "challenged once, then ahead")
	c.Requests = nil
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(instanceXML("a", "1", "uuid:1", ""))})
	require.NoError(t, err)
	require.Equal(t, []string{"HEAD /openrosa/submission", "POST /openrosa/submission"}, c.Requests)
	require.Equal(t, s.app.Device, s.records.got["uuid:1"].who.User)
	require.Equal(t, "collect:aB3/ü", s.records.got["uuid:1"].who.Device)
	require.Equal(t, []string{authtest.Grid1}, s.records.got["uuid:1"].who.Grids)

	s.Clock.Advance(limits.DigestNonce + time.Minute)
	c.Requests = nil
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "b.xml", XML: []byte(instanceXML("a", "1", "uuid:2", ""))})
	require.NoError(t, err, "a nonce that is too old is renewed without asking anybody")
	require.Equal(t, []string{"HEAD /openrosa/submission", "HEAD /openrosa/submission", "POST /openrosa/submission"}, c.Requests)

	c.Password = "wrong"
	_, err = c.FormList(t.Context())
	require.Equal(t, &collect.Failure{Kind: "auth", Status: 401}, err)
	_, err = s.collect(s.url).Submit(t.Context(), collect.Instance{FileName: "b.xml", XML: []byte("<x/>")})
	require.Equal(t, &collect.Failure{Kind: "auth", Status: 401}, err)
}

func TestOverTLSBasicDoesToo(t *testing.T) {
	s := open(t, true)
	s.forms.add("a", "1", "甲", "<a/>")
	res, _ := s.send("GET", s.url+"/formList", "")
	require.Len(t, res.Header.Values("WWW-Authenticate"), 2)
	require.True(t, strings.HasPrefix(res.Header.Values("WWW-Authenticate")[0], "Digest "), "the better one first")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.app.Username+":"+s.app.Password))
	res, body := s.send("GET", s.url+"/formList", "", "Authorization", basic)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, "<downloadUrl>https://")
	res, _ = s.send("GET", s.url+"/formList", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.app.Username+":x")))
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
}

func files(n, size int) []collect.File {
	list := make([]collect.File, n)
	for i := range list {
		list[i] = collect.File{Name: fmt.Sprintf("照片 %d.jpg", i), Type: "image/jpeg", Bytes: bytes.Repeat([]byte{byte(i)}, size)}
	}
	return list
}

func TestCollectSplitsRecords(t *testing.T) {
	s := open(t, false)
	c := s.collect(s.keyed())
	in := collect.Instance{FileName: "农.xml", XML: []byte(instanceXML("a", "1", "uuid:1", "")), Files: files(205, 10)}
	_, err := c.Submit(t.Context(), in)
	require.NoError(t, err)
	rec := s.records.got["uuid:1"]
	require.Equal(t, 3, rec.posts, "after a hundred and one files a new post begins")
	require.Len(t, rec.files, 205)
	require.Equal(t, string(bytes.Repeat([]byte{204}, 10)), rec.files["照片 204.jpg"])

	in = collect.Instance{FileName: "b.xml", XML: []byte(instanceXML("a", "1", "uuid:2", "")), Files: files(3, 6_000_000)}
	in.Files[1].Bytes = bytes.Repeat([]byte{7}, 15_000_000)
	message, err := c.Submit(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, 3, s.records.got["uuid:2"].posts, "a file beyond the advised length goes alone")
	require.Len(t, s.records.got["uuid:2"].files["照片 1.jpg"], 15_000_000)
	require.Equal(t, "此前已收到。", message)

	s.lang = "en"
	message, err = c.Submit(t.Context(), in)
	require.NoError(t, err, "from the start again, whatever the server has of it")
	require.Equal(t, "Received before.", message)
	_, err = c.Submit(t.Context(), collect.Instance{FileName: "c.xml", XML: []byte(instanceXML("unknown", "9", "uuid:3", ""))})
	var failure *collect.Failure
	require.ErrorAs(t, err, &failure)
	require.Equal(t, http.StatusNotFound, failure.Status)
	require.Contains(t, failure.Message, "no form unknown (version 9)")
	s.records.fail = errs.New(errs.Conflict, "fake", "whatever")
	_, err = c.Submit(t.Context(), in)
	require.ErrorAs(t, err, &failure)
	require.Equal(t, http.StatusBadRequest, failure.Status)
}

func TestCollectKeepsEntityLists(t *testing.T) {
	s := open(t, false)
	s.forms.asked = []string{"houses.csv", "absent.csv", "picture.png"}
	s.forms.add("a", "1", "甲", "<a/>")
	s.lists.mark = "1"
	s.lists.rows["houses"] = map[string]row{"u1": {"Main St 1", "1", false}, "u2": {"Main St 2", "4", false}}
	c := s.collect(s.keyed())
	_, err := c.Sync(t.Context())
	require.NoError(t, err)
	require.Len(t, c.Lists, 1)
	houses := c.Lists["houses"]
	require.Equal(t, &collect.Entity{ID: "u2", Label: "Main St 2", Version: 4, Online: true, Properties: map[string]string{"area": "north"},
		TrunkVersion: 4, BranchID: "branch-houses-u2-0"}, houses.Entities["u2"])
	_, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, houses.Fetched, "an unchanged mark fetches nothing")

	// u1 goes; the device made u3 (which the server has and deleted), u4 (which it has) and u5 (which it never saw).
	s.lists.mark = "2"
	s.lists.rows["houses"] = map[string]row{"u1": {"", "2", true}, "u2": {"Main St 2b", "5", false}, "u3": {"", "2", true}, "u4": {"x", "1", false}}
	for _, id := range []string{"u3", "u5"} {
		houses.Entities[id] = &collect.Entity{ID: id, Label: id, Version: 1}
	}
	_, err = c.Sync(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"u3", "u5"}, s.lists.asked)
	var ids []string
	for id := range houses.Entities {
		ids = append(ids, id)
	}
	require.ElementsMatch(t, []string{"u2", "u4", "u5"}, ids)

	res, _ := s.send("GET", s.keyed()+"/entities/houses.csv", "")
	tag := res.Header.Get("ETag")
	require.NotEmpty(t, tag)
	res, _ = s.send("GET", s.keyed()+"/entities/houses.csv", "", "If-None-Match", tag)
	require.Equal(t, http.StatusNotModified, res.StatusCode)
	_, body := s.send("GET", s.keyed()+"/entities/houses/integrity?id=u2,u3,,u5&deviceID=x", "")
	require.True(t, strings.HasSuffix(body, `<data><entities><entity id="u2"><deleted>false</deleted></entity><entity id="u3"><deleted>true</deleted></entity></entities></data>`), body)

	s.lists.cut = true
	_, err = s.http.Get(s.keyed() + "/entities/houses.csv")
	if err == nil {
		t.Log("the head of the answer had gone out")
	}
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return errs.CodeOf(s.reports[len(s.reports)-1].Err) == errs.Busy
	}, time.Second, time.Millisecond, "a list that breaks off is logged")
}

func TestEnketoOpensAndSubmits(t *testing.T) {
	s := open(t, false)
	const id = "农户调查"
	s.forms.add(id, "1", id, "<x>农</x>", survey.FormFile{Name: "村 名单.csv", Bytes: []byte("\ufeffname,label\n")})
	e := s.enketo(s.keyed())
	e.CSRF = "token"
	form, err := e.Open(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "<x>农</x>", string(form.XML))
	require.Equal(t, "\ufeffname,label\n", string(form.Media["村 名单.csv"]))
	require.Equal(t, 10_000_000, form.MaxSize)
	_, err = e.Open(t.Context(), "keine")
	require.Error(t, err)

	form.MaxSize = 100
	rec := enketo.Record{InstanceID: "uuid:1", XML: instanceXML(id, "1", "uuid:1", "<a>照片 一-19_49_1.png</a>"), Files: []enketo.File{
		{Name: "照片 一-19_49_1.png", Type: "image/png", Bytes: make([]byte, 70)}, {Name: "b.png", Type: "image/png", Bytes: make([]byte, 70)}}}
	e.Requests = nil
	_, err = e.Submit(t.Context(), form, rec)
	require.NoError(t, err)
	require.Len(t, e.Requests, 4, "HEAD and POST for each batch")
	require.Len(t, s.records.got["uuid:1"].files, 2)
	require.NotContains(t, s.records.got["uuid:1"].files, "__csrf")
	require.Contains(t, s.records.got["uuid:1"].files, "照片 一-19_49_1.png")

	s.records.fail = errs.New(errs.Busy, "fake", "asleep")
	e.Queue(enketo.Record{InstanceID: "uuid:2", XML: instanceXML(id, "1", "uuid:2", "")})
	e.Queue(rec)
	require.Equal(t, 2, e.Flush(t.Context(), form))
	s.records.fail = nil
	require.Zero(t, e.Flush(t.Context(), form))
	require.Equal(t, 1, s.records.got["uuid:2"].posts)

	digest := s.enketo(s.url)
	digest.Username, digest.Password = s.app.Username, s.app.Password
	form, err = digest.Open(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, []string{"HEAD /openrosa/formList", "HEAD /openrosa/formList", "GET /openrosa/formList", "GET /openrosa/formList"}, digest.Requests[:4])
	s.Clock.Advance(time.Hour)
	_, err = digest.Submit(t.Context(), form, enketo.Record{InstanceID: "uuid:3", XML: instanceXML(id, "1", "uuid:3", ""), DeprecatedID: "uuid:2"})
	require.NoError(t, err, "the challenge given to HEAD is answered in the POST")
}
