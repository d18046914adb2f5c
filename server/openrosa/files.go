package openrosa

import (
	"bytes"
	"crypto/md5" // the shape clients know of a hash; nothing is authenticated by it
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"ruhu/internal/errs"
)

func pathEscape(name string) string { return url.PathEscape(name) }

// form answers with the uploaded bytes, for ever the same: what clients keep is compared by the MD5 of these bytes.
func (x *exchange) form() error {
	b, hash, err := x.Forms.FormBytes(x.r.Context(), x.route.form, x.route.version)
	if err != nil {
		return err
	}
	if !x.unchanged(strings.TrimPrefix(hash, "md5:")) {
		x.bytes(http.StatusOK, "text/xml", b) // its encoding is for the bytes to say
	}
	return nil
}

// media answers with a file of a form version.
func (x *exchange) media() error {
	ctx := x.r.Context()
	set, err := x.filesOf(ctx, x.route.form, x.route.version)
	if err != nil {
		return err
	}
	for i := range set.files {
		f := &set.files[i]
		if f.Name != x.route.file {
			continue
		}
		if x.unchanged(strings.TrimPrefix(f.MD5, "md5:")) {
			return nil
		}
		whole, err := x.Forms.FormFile(ctx, x.route.form, x.route.version, f.Name)
		if err != nil {
			return err
		}
		x.w.Header().Set("ETag", `"`+strings.TrimPrefix(whole.MD5, "md5:")+`"`)
		x.steady.begin(x)
		x.bytes(http.StatusOK, mediaType(f.Name), whole.Bytes)
		return nil
	}
	return errs.New(errs.NotFound, "form file", "the form has no such file")
}

// instanceFile answers with a file that the record being edited names.
func (x *exchange) instanceFile() error {
	if x.edit == nil || x.Files == nil {
		return errs.New(errs.NotFound, "file of record", "no record is being edited here")
	}
	f, err := x.Files.OpenFile(x.r.Context(), x.edit.Record, x.edit.Instance, x.route.file)
	if err != nil {
		return err
	}
	defer f.Close()
	x.w.Header().Set("Content-Type", mediaType(x.route.file))
	x.steady.begin(x)
	w := &lateWriter{x: x}
	if _, err := io.Copy(w, f); err != nil {
		x.report.Err = errs.Wrap("file of record", err)
		panic(http.ErrAbortHandler) // cut, so that half a photo cannot look like a whole one
	}
	return nil
}

// mediaType goes by the name; a browser shows none of these as a page.
func mediaType(name string) string {
	types := map[string]string{
		".csv": "text/csv; charset=utf-8", ".xml": "text/xml", ".geojson": "application/geo+json", ".json": "application/json",
		".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
		".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".wav": "audio/wav", ".mp4": "video/mp4", ".3gp": "video/3gpp", ".webm": "video/webm",
	}
	if t, ok := types[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}

// entityFile returns the list a file of entities is of.
func entityFile(name string) (list string, ok bool) {
	list, ok = strings.CutSuffix(name, ".csv")
	return list, ok && list != ""
}

// hashOf gives a list's mark the shape of a hash.
func hashOf(mark string) string {
	sum := md5.Sum([]byte(mark))
	return "md5:" + hex.EncodeToString(sum[:])
}

func (x *exchange) entities() (Entities, error) {
	if x.Entities == nil {
		return nil, errs.New(errs.NotFound, "entity list", "there are no entity lists")
	}
	return x.Entities, nil
}

// entityList answers with what the asker sees of a list as CSV; with after=MARK only with what changed behind it.
func (x *exchange) entityList() error {
	e, err := x.entities()
	if err != nil {
		return err
	}
	after, _ := x.query("after")
	list, err := e.Open(x.r.Context(), x.report.Principal, x.route.file, after)
	if err != nil {
		return err
	}
	if x.unchanged(list.Mark) {
		return nil
	}
	x.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	if x.r.Method == http.MethodHead {
		x.w.WriteHeader(http.StatusOK)
		return nil
	}
	x.steady.begin(x)
	w := &lateWriter{x: x}
	if err := list.Write(x.r.Context(), w); err != nil {
		if w.begun {
			x.report.Err = err
			panic(http.ErrAbortHandler) // cut, so that half a list cannot look like a whole one
		}
		return err
	}
	if !w.begun {
		x.w.WriteHeader(http.StatusOK)
	}
	return nil
}

// maxIntegrityIDs bounds one integrity call; a client sends the entities it made offline.
const maxIntegrityIDs = 10_000

// integrity says of entities whether they are deleted. Of those nobody knows nothing is said: a client keeps what it made
// itself and has not sent.
func (x *exchange) integrity() error {
	e, err := x.entities()
	if err != nil {
		return err
	}
	text, _ := x.query("id")
	var ids []string
	for id := range strings.SplitSeq(text, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxIntegrityIDs {
		return errs.New(errs.TooLarge, "integrity", "%d ids", len(ids))
	}
	gone, err := e.Deleted(x.r.Context(), x.report.Principal, x.route.file, ids)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(xmlHead + "<data><entities>")
	for _, id := range ids {
		deleted, known := gone[id]
		if !known {
			continue
		}
		b.WriteString(`<entity id="`)
		escape(&b, id)
		b.WriteString(`"><deleted>` + map[bool]string{true: "true", false: "false"}[deleted] + "</deleted></entity>")
	}
	b.WriteString("</entities></data>")
	x.bytes(http.StatusOK, textXML, b.Bytes())
	return nil
}
