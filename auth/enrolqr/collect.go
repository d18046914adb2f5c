package enrolqr

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"ruhu/internal/errs"
)

// collectMost is the most characters Collect reads from a code.
const collectMost = 4000

// AppURL returns the address that Collect and Enketo are given: everything they ask for lies below it.
func AppURL(base, key string) string { return strings.TrimRight(base, "/") + "/openrosa/key/" + key }

// CollectText returns the settings for an address of AppURL as Collect reads them from a QR code: JSON, deflated with a zlib
// header, in base64. The project is called after the server's host; the forms on the device follow the server, and records
// are sent as soon as there is a network.
func CollectText(appURL string) (string, error) {
	const op = "Collect settings"
	project := "Ruhu"
	if u, err := url.Parse(appURL); err == nil && u.Host != "" {
		project += " " + u.Host
	}
	b, err := json.Marshal(map[string]any{
		"general": map[string]any{"server_url": appURL, "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular"},
		"admin":   map[string]any{},
		"project": map[string]any{"name": project},
	})
	if err != nil {
		return "", errs.WrapCode(errs.Internal, op, err)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(b)
	if err := z.Close(); err != nil {
		return "", errs.WrapCode(errs.Internal, op, err)
	}
	text := base64.StdEncoding.EncodeToString(packed.Bytes())
	if len(text) > collectMost {
		return "", errs.New(errs.Invalid, op, "%d characters, Collect reads %d", len(text), collectMost)
	}
	return text, nil
}
