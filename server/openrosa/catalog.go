package openrosa

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	gosync "sync"

	"ruhu/internal/errs"
	"ruhu/survey"
)

// catalogCache keeps what is rendered of one version of the catalogue.
type catalogCache struct {
	mu      gosync.Mutex
	version uint64
	lists   map[string]*listing   // by language
	files   map[[2]string]fileSet // by form and version
}

// listing is the form list in one language, rendered but for the client's own address, which stands between the pieces.
type listing struct {
	sum    [32]byte // of all of it
	pieces [][]byte
	byID   map[string][][]byte
}

type fileSet struct {
	files []survey.FormFile
	asked []string
}

// maxFileSets bounds how many manifests are remembered.
const maxFileSets = 2000

// at returns the cache emptied where the catalogue has moved on. The caller holds mu.
func (c *catalogCache) at(version uint64) {
	if c.lists == nil || c.version != version {
		c.version, c.lists, c.files = version, map[string]*listing{}, map[[2]string]fileSet{}
	}
}

func (h *Handler) listing(ctx context.Context, lang string) (*listing, error) {
	version, err := h.Forms.CatalogVersion(ctx)
	if err != nil {
		return nil, err
	}
	c := &h.catalog
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at(version)
	if l, ok := c.lists[lang]; ok {
		return l, nil
	}
	l := render(h.Forms.Offers(), lang)
	c.lists[lang] = l
	return l, nil
}

// filesOf returns the files of a form version, remembered as long as the catalogue stays.
func (h *Handler) filesOf(ctx context.Context, id, form string) (fileSet, error) {
	version, err := h.Forms.CatalogVersion(ctx)
	if err != nil {
		return fileSet{}, err
	}
	key := [2]string{id, form}
	c := &h.catalog
	c.mu.Lock()
	c.at(version)
	set, ok := c.files[key]
	c.mu.Unlock()
	if ok {
		return set, nil
	}
	if set.files, set.asked, err = h.Forms.FilesOf(ctx, id, form); err != nil {
		return fileSet{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == version && len(c.files) < maxFileSets {
		c.files[key] = set
	}
	return set, nil
}

const listHead = xmlHead + `<xforms xmlns="http://openrosa.org/xforms/xformsList">`

const listTail = `</xforms>`

// render writes the entries of a form list. base is put between pieces later.
func render(offers []survey.Offer, lang string) *listing {
	const base = "\x00" // no XML holds it
	var all bytes.Buffer
	l := &listing{byID: map[string][][]byte{}}
	for i := range offers {
		var b bytes.Buffer
		entry(&b, &offers[i], lang, base)
		l.byID[offers[i].ID] = bytes.Split(b.Bytes(), []byte(base))
		all.Write(b.Bytes())
	}
	l.pieces, l.sum = bytes.Split(all.Bytes(), []byte(base)), sha256.Sum256(all.Bytes())
	return l
}

func entry(b *bytes.Buffer, o *survey.Offer, lang, base string) {
	x := exchange{base: base}
	b.WriteString("<xform>")
	element(b, "formID", o.ID)
	element(b, "name", title(o, lang))
	element(b, "version", o.Version)
	element(b, "hash", o.MD5)
	b.WriteString("<downloadUrl>" + base)
	escape(b, x.formURL(o.ID, o.Version, "form.xml")[len(base):])
	b.WriteString("</downloadUrl>")
	if o.Files {
		b.WriteString("<manifestUrl>" + base)
		escape(b, x.formURL(o.ID, o.Version, "manifest")[len(base):])
		b.WriteString("</manifestUrl>")
	}
	b.WriteString("</xform>")
}

// title is what people read; clients refuse a whole list for one entry without.
func title(o *survey.Offer, lang string) string {
	first, second := o.TitleZH, o.TitleEN
	if lang == "en" {
		first, second = second, first
	}
	for _, t := range []string{first, second} {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return o.ID
}

// formList answers with the forms on offer; verbose, listAllVersions and unknown parameters change nothing.
func (x *exchange) formList() error {
	l, err := x.list()
	if err != nil {
		return err
	}
	pieces := l.pieces
	id, _ := x.query("formID")
	if id != "" {
		if pieces = l.byID[id]; pieces == nil {
			pieces = [][]byte{nil}
		}
	}
	if x.unchanged(tagOf(l.sum[:], []byte(x.base), []byte(id))) {
		return nil
	}
	var escaped bytes.Buffer
	escape(&escaped, x.base)
	base := escaped.Bytes()
	size := len(listHead) + len(listTail) + len(base)*(len(pieces)-1)
	for _, p := range pieces {
		size += len(p)
	}
	out := make([]byte, 0, size)
	out = append(out, listHead...)
	for i, p := range pieces {
		if i > 0 {
			out = append(out, base...)
		}
		out = append(out, p...)
	}
	out = append(out, listTail...)
	x.bytes(http.StatusOK, textXML, out)
	return nil
}

// list is what the asker is offered: one who edits a record, the very version it was filled in with.
func (x *exchange) list() (*listing, error) {
	if x.edit == nil {
		return x.listing(x.r.Context(), x.Lang)
	}
	o, err := x.Forms.OfferOf(x.r.Context(), x.edit.Form, x.edit.Version)
	if err != nil {
		return nil, err
	}
	return render([]survey.Offer{o}, x.Lang), nil
}

// tagOf makes an ETag of what an answer is made of.
func tagOf(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// query returns a parameter of the address without regard to the others, whatever they hold.
func (x *exchange) query(name string) (string, bool) {
	list := x.r.URL.Query()[name]
	if len(list) == 0 {
		return "", false
	}
	return list[0], true
}

// manifest answers with the files of a form version: those there are, and the entity lists it asks for.
func (x *exchange) manifest() error {
	ctx := x.r.Context()
	set, err := x.filesOf(ctx, x.route.form, x.route.version)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(xmlHead + `<manifest xmlns="http://openrosa.org/xforms/xformsManifest">`)
	for i := range set.files {
		f := &set.files[i]
		b.WriteString("<mediaFile>")
		element(&b, "filename", f.Name)
		element(&b, "hash", f.MD5)
		element(&b, "downloadUrl", x.formURL(x.route.form, x.route.version, "media/"+pathEscape(f.Name)))
		b.WriteString("</mediaFile>")
	}
	for _, name := range set.asked {
		list, isList := entityFile(name)
		if !isList || x.Entities == nil || slices.ContainsFunc(set.files, func(f survey.FormFile) bool { return f.Name == name }) {
			continue
		}
		opened, err := x.Entities.Open(ctx, x.report.Principal, list, "")
		if errs.CodeOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		at := x.base + "/entities/" + pathEscape(list)
		b.WriteString(`<mediaFile type="entityList">`)
		element(&b, "filename", name)
		element(&b, "hash", hashOf(opened.Mark))
		element(&b, "downloadUrl", at+".csv")
		element(&b, "integrityUrl", at+"/integrity")
		b.WriteString("</mediaFile>")
	}
	b.WriteString("</manifest>")
	if x.unchanged(tagOf(b.Bytes())) {
		return nil
	}
	x.bytes(http.StatusOK, textXML, b.Bytes())
	return nil
}
