// Package web holds the apps of the browser as they were built: npm writes them to dist, Go embeds what is there.
package web

import (
	"embed"
	"io/fs"
)

// dist holds at least its README, so that the program compiles on a machine without Node; then it has no app.
//
//go:embed all:dist
var dist embed.FS

// Phone returns the files of the phone app, each compressed one also as NAME.br and NAME.gz; nil where the program was compiled
// without it.
func Phone() fs.FS { return app("phone") }

// Office returns the files of the office console, likewise.
func Office() fs.FS { return app("office") }

func app(name string) fs.FS {
	built, err := fs.Sub(dist, "dist/"+name)
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(built, "index.html"); err != nil {
		return nil
	}
	return built
}
