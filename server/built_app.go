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
)

const (
	// hashedDir holds the files whose names change with their bytes.
	hashedDir    = "app/"
	cacheForEver = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache" // keep it, and ask each time whether it is still so
)

// appTypes names every kind of file an app consists of; another kind is not served.
var appTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png",
	".txt": "text/plain; charset=utf-8",
}

// appFile is one file of an app.
type appFile struct {
	kind, tag, cache string
	size             map[string]int64 // by encoding: "", br, gzip
}

// builtApp is an app of the browser as it is served, by path without the leading slash. The bytes stay in the program's own memory.
type builtApp struct {
	built fs.FS
	files map[string]appFile
}

var appEncodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// readApp lists the files of a built app; nil gives an app without files.
func readApp(built fs.FS) (*builtApp, error) {
	a := &builtApp{built: built, files: map[string]appFile{}}
	if built == nil {
		return a, nil
	}
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, ok := appTypes[path.Ext(name)]
		if !ok {
			return nil
		}
		b, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		f := appFile{kind: kind, tag: `W/"` + hex.EncodeToString(sum[:8]) + `"`, cache: cacheAsk, size: map[string]int64{"": int64(len(b))}}
		if strings.HasPrefix(name, hashedDir) {
			f.cache = cacheForEver
		}
		for _, e := range appEncodings {
			if info, err := fs.Stat(built, name+e.suffix); err == nil {
				f.size[e.name] = info.Size()
			}
		}
		a.files[name] = f
		return nil
	})
	return a, errs.Wrap("read app", err)
}

// serve answers with a file of the app under a content security policy; false where the app has no such file.
func (a *builtApp) serve(ec echo.Context, name, policy string) (bool, error) {
	f, ok := a.files[name]
	if !ok {
		return false, nil
	}
	h := ec.Response().Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.tag)
	h.Set("Content-Type", f.kind)
	open := name
	if len(f.size) > 1 {
		h.Set("Vary", "Accept-Encoding")
	}
	encoding := ""
	for _, e := range appEncodings {
		if _, have := f.size[e.name]; have && accepts(ec.Request().Header.Get("Accept-Encoding"), e.name) {
			encoding, open = e.name, name+e.suffix
			h.Set("Content-Encoding", encoding)
			break
		}
	}
	h.Set("Content-Length", strconv.FormatInt(f.size[encoding], 10))
	file, err := a.built.Open(open)
	if err != nil {
		return true, errs.WrapCode(errs.Internal, "app", err)
	}
	ec.Response().WriteHeader(http.StatusOK)
	_, err = io.Copy(ec.Response(), file)
	return true, errors.Join(errs.WrapCode(errs.Interrupted, "app", err), file.Close())
}
