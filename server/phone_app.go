package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"ruhu/internal/errs"
	"ruhu/server/pages"
)

// phonePolicy is the content security policy of the phone app: everything from here, nothing inline. The forms' engine is
// WebAssembly; pictures and sounds that were just taken are blobs.
const phonePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
	"media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

const (
	// hashedDir holds the files whose names change with their bytes.
	hashedDir    = "app/"
	cacheForEver = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache" // keep it, and ask each time whether it is still so
)

// phoneTypes names every kind of file the app consists of; another kind is not served.
var phoneTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png",
	".txt": "text/plain; charset=utf-8",
}

// phoneFile is one file of the app.
type phoneFile struct {
	kind, tag, cache string
	size             map[string]int64 // by encoding: "", br, gzip
}

// phoneApp is the app as it is served, by path without the leading slash. The bytes stay in the program's own memory.
type phoneApp struct {
	built fs.FS
	files map[string]phoneFile
}

var phoneEncodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// readPhoneApp lists the files of a built app; nil gives an app without files.
func readPhoneApp(built fs.FS) (*phoneApp, error) {
	a := &phoneApp{built: built, files: map[string]phoneFile{}}
	if built == nil {
		return a, nil
	}
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, ok := phoneTypes[path.Ext(name)]
		if !ok {
			return nil
		}
		b, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		f := phoneFile{kind: kind, tag: `W/"` + hex.EncodeToString(sum[:8]) + `"`, cache: cacheAsk, size: map[string]int64{"": int64(len(b))}}
		if strings.HasPrefix(name, hashedDir) {
			f.cache = cacheForEver
		}
		for _, e := range phoneEncodings {
			if info, err := fs.Stat(built, name+e.suffix); err == nil {
				f.size[e.name] = info.Size()
			}
		}
		a.files[name] = f
		return nil
	})
	return a, errs.Wrap("read phone app", err)
}

// servePhone answers with a file of the phone app. Without the app the first page says how to get it.
func (s *Server) servePhone(ec echo.Context, c *call) error {
	name := strings.TrimPrefix(ec.Request().URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	f, ok := s.phone.files[name]
	if !ok {
		if name == "index.html" {
			return s.render(ec, http.StatusOK, "home", pages.Home{Frame: s.frame(ec, c, "首页", "Home")})
		}
		return errs.New(errs.NotFound, "phone app", "no such file")
	}
	h := ec.Response().Header()
	h.Set("Content-Security-Policy", phonePolicy)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.tag)
	h.Set("Content-Type", f.kind)
	open := name
	if len(f.size) > 1 {
		h.Set("Vary", "Accept-Encoding")
	}
	encoding := ""
	for _, e := range phoneEncodings {
		if _, have := f.size[e.name]; have && accepts(ec.Request().Header.Get("Accept-Encoding"), e.name) {
			encoding, open = e.name, name+e.suffix
			h.Set("Content-Encoding", encoding)
			break
		}
	}
	h.Set("Content-Length", strconv.FormatInt(f.size[encoding], 10))
	file, err := s.phone.built.Open(open)
	if err != nil {
		return errs.WrapCode(errs.Internal, "phone app", err)
	}
	ec.Response().WriteHeader(http.StatusOK)
	_, err = io.Copy(ec.Response(), file)
	return errors.Join(errs.WrapCode(errs.Interrupted, "phone app", err), file.Close())
}
