package servertest

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"strings"
	"testing/fstest"
)

// PhoneApp is a phone app with one file of each sort, so that tests do not depend on whether the real one was built.
func PhoneApp() fs.FS {
	script := "/* " + strings.Repeat("the phone app ", 100) + "*/"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(script))
	_ = z.Close()
	files := map[string]string{
		"index.html": "<!doctype html><title>phone</title>", "sw.js": "// service worker", "manifest.webmanifest": `{"name":"入户"}`,
		"icons/icon.svg": "<svg/>", "app/main-1a2b3c4d.js": script, "app/main-1a2b3c4d.js.gz": packed.String(), "app/main-1a2b3c4d.js.br": "as brotli",
		"notes.doc": "not of the app",
	}
	return built(files)
}

// OfficeApp is an office console likewise.
func OfficeApp() fs.FS {
	return built(map[string]string{"index.html": `<!doctype html><html lang="zh-CN" data-app="office"><title>office</title></html>`, "app/main-1a2b3c4d.js": "/* office */"})
}

func built(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}
