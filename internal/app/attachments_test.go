package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/servertest"
)

// photo is what phones of these tests send.
var photo = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("pixels of a wall. "), 900)...)

func nameOf(data []byte) (name, hash string) {
	sum := sha256.Sum256(data)
	hash = hex.EncodeToString(sum[:])
	return "sha256-" + hash + ".png", hash
}

func upload(t *testing.T, p *servertest.Phone, record string) *servertest.Answer {
	t.Helper()
	name, _ := nameOf(photo)
	b := base64.StdEncoding
	tus := servertest.With("Tus-Resumable", "1.0.0")
	begun := p.Do("POST", "/v1/attachments/", nil, tus, servertest.With("Upload-Length", fmt.Sprint(len(photo))),
		servertest.With("Upload-Metadata", "filename "+b.EncodeToString([]byte(name))+",record "+b.EncodeToString([]byte(record))))
	if begun.Status != 201 {
		return begun
	}
	return p.Do("PATCH", begun.Header.Get("Location"), photo, tus, servertest.With("Content-Type", "application/offset+octet-stream"), servertest.With("Upload-Offset", "0"))
}

// withPhoto pushes a record that names the photo, and the photo.
func withPhoto(t *testing.T, w *servertest.World, p *servertest.Phone) (record string) {
	t.Helper()
	name, _ := nameOf(photo)
	record = servertest.NewRecord()
	p.Push(p.Set(record, servertest.Form, w.Version, servertest.Grid(servertest.Street1, 201, 3), nil,
		map[string]string{"photo": name, "@status": "submitted"}))
	upload(t, p, record).Want(204)
	return record
}

func sealedFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && len(d.Name()) == 64 {
			n++
		}
		return err
	}))
	return n
}

func TestThePhotoGoesWithItsLastRecord(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	_, hash := nameOf(photo)
	one, two := withPhoto(t, w, p), withPhoto(t, w, p)
	require.Equal(t, 1, sealedFiles(t, w.Dir))
	erase := func(record string) {
		_, err := w.App.Answers.Erase(t.Context(), servertest.Street1, record, "asked")
		require.NoError(t, err)
	}
	reviewer := w.People["reviewer-1"]
	erase(one)
	require.True(t, bytes.Equal(photo, reviewer.Get("/v1/attachments/"+hash).Want(200).Body), "the other record names it")
	upload(t, p, one).Problem("erased")
	erase(two)
	reviewer.Get("/v1/attachments/" + hash).Problem("not-found")
	require.Zero(t, sealedFiles(t, w.Dir))
}

func TestAWithheldPhotoIsGone(t *testing.T) {
	w := servertest.Start(t)
	p := w.Phones[servertest.Street1]
	_, hash := nameOf(photo)
	one, two := withPhoto(t, w, p), withPhoto(t, w, p)
	reviewer := w.People["reviewer-1"]
	for _, record := range []string{one, two} {
		reviewer.Get("/v1/attachments/" + hash).Want(200)
		require.NoError(t, w.App.Answers.Withhold(t.Context(), servertest.Street1, record, []string{"photo"}, "retention"))
	}
	reviewer.Get("/v1/attachments/" + hash).Problem("not-found")
	require.Zero(t, sealedFiles(t, w.Dir))
	upload(t, p, one).Problem("not-found")
}
