package server

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"
)

// knownExtension reports whether attachments of this kind are taken: what the question types of XForms produce.
func knownExtension(ext string) bool {
	switch ext {
	case "jpg", "jpeg", "png", "webp", "gif", "heic", "mp4", "m4a", "3gp", "mov", "webm", "mp3", "ogg", "oga", "opus", "wav", "amr", "aac", "csv", "pdf":
		return true
	}
	return false
}

// looksLike holds the first bytes against what the extension promises.
func looksLike(ext string, head []byte) bool {
	begins := func(magic ...string) bool {
		for _, m := range magic {
			if bytes.HasPrefix(head, []byte(m)) {
				return true
			}
		}
		return false
	}
	at := func(i int, magic string) bool {
		return len(head) >= i+len(magic) && string(head[i:i+len(magic)]) == magic
	}
	switch ext {
	case "jpg", "jpeg":
		return begins("\xff\xd8\xff")
	case "png":
		return begins("\x89PNG\r\n\x1a\n")
	case "gif":
		return begins("GIF87a", "GIF89a")
	case "webp":
		return begins("RIFF") && at(8, "WEBP")
	case "wav":
		return begins("RIFF") && at(8, "WAVE")
	case "heic", "mp4", "m4a", "3gp", "mov":
		return at(4, "ftyp")
	case "webm":
		return begins("\x1a\x45\xdf\xa3")
	case "ogg", "oga", "opus":
		return begins("OggS")
	case "mp3":
		return begins("ID3", "\xff\xfb", "\xff\xf3", "\xff\xf2")
	case "aac":
		return begins("\xff\xf1", "\xff\xf9", "ID3")
	case "amr":
		return begins("#!AMR")
	case "pdf":
		return begins("%PDF-")
	case "csv":
		// A rune may be cut by the end of the head.
		for i := range 4 {
			if n := len(head) - i; n >= 0 && utf8.Valid(head[:n]) {
				return bytes.IndexByte(head, 0) < 0
			}
		}
		return false
	}
	return false
}

// contentDisposition names a file to be saved, in plain ASCII and as it is called.
func contentDisposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + url.PathEscape(name)
}
