package server

import (
	"encoding/base64"

	"rsc.io/qr"
)

// enrolPNG draws a QR code of an enrolment link as base64 PNG.
func enrolPNG(url string) (string, error) {
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return "", err
	}
	code.Scale = 6
	return base64.StdEncoding.EncodeToString(code.PNG()), nil
}
