package acceptance_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"ruhu/server/servertest"
)

// attach has a phone write a record that names a photo, and upload it. It returns the photo's hash and the record.
func (s *site) attach(p *servertest.Phone, photo []byte, pairs ...string) (hash, record string) {
	s.t.Helper()
	sum := sha256.Sum256(photo)
	return hex.EncodeToString(sum[:]), s.upload(p, photo, len(photo), pairs...)
}

// upload has a phone write a record that names a photo, and send the first bytes of it.
func (s *site) upload(p *servertest.Phone, photo []byte, send int, pairs ...string) (record string) {
	s.t.Helper()
	sum := sha256.Sum256(photo)
	name := "sha256-" + hex.EncodeToString(sum[:]) + ".png"
	record = servertest.NewRecord()
	cells := map[string]string{"photo": name, "@status": "submitted"}
	for i := 0; i < len(pairs); i += 2 {
		cells[pairs[i]] = pairs[i+1]
	}
	p.Push(p.Set(record, form, s.Version, p.Grids[0], nil, cells))
	b := base64.StdEncoding
	tus := servertest.With("Tus-Resumable", "1.0.0")
	at := p.Do("POST", "/v1/attachments/", nil, tus, servertest.With("Upload-Length", fmt.Sprint(len(photo))),
		servertest.With("Upload-Metadata", "filename "+b.EncodeToString([]byte(name))+",record "+b.EncodeToString([]byte(record)))).Want(201).Header.Get("Location")
	p.Do("PATCH", at, photo[:send], tus, servertest.With("Content-Type", "application/offset+octet-stream"), servertest.With("Upload-Offset", "0")).Want(204)
	return record
}
