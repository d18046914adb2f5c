// Package enrolqr draws the QR codes of an enrolment, its link and the settings for Collect, for a terminal and as a PNG to
// print.
package enrolqr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"rsc.io/qr"

	"ruhu/internal/errs"
)

// quiet is the light border a reader needs, in modules.
const quiet = 4

// longText is from how many bytes on a code is drawn with less redundancy, so that cheap cameras still tell its modules apart.
const longText = 150

func encode(text string) (*qr.Code, error) {
	level := qr.M
	if len(text) > longText {
		level = qr.L
	}
	code, err := qr.Encode(text, level)
	if err != nil {
		return nil, errs.WrapCode(errs.Invalid, "draw QR code", err)
	}
	return code, nil
}

// Terminal returns the code in half-block characters, two modules a line, light on dark: it reads on dark terminals as on
// light ones because the quiet border is drawn too.
func Terminal(link string) (string, error) {
	code, err := encode(link)
	if err != nil {
		return "", err
	}
	light := func(x, y int) bool { return !code.Black(x, y) }
	var out strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		out.WriteString("\x1b[97;40m")
		for x := -quiet; x < code.Size+quiet; x++ {
			switch up, down := light(x, y), light(x, y+1); {
			case up && down:
				out.WriteRune('█')
			case up:
				out.WriteRune('▀')
			case down:
				out.WriteRune('▄')
			default:
				out.WriteByte(' ')
			}
		}
		out.WriteString("\x1b[0m\n")
	}
	return out.String(), nil
}

// PNG returns the code as a black and white image, scale pixels a module; 0 = 8.
func PNG(link string, scale int) ([]byte, error) {
	code, err := encode(link)
	if err != nil {
		return nil, err
	}
	if scale <= 0 {
		scale = 8
	}
	side := (code.Size + 2*quiet) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if code.Black(x/scale-quiet, y/scale-quiet) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, errs.Wrap("draw QR code", err)
	}
	return out.Bytes(), nil
}

// Path returns the code as one path of an SVG image, to be stroked one unit wide, and how many units the image is wide: one a
// module, the light border among them. It stays sharp on paper, and nothing has to be decoded to print it.
func Path(link string) (size int, path string, err error) {
	code, err := encode(link)
	if err != nil {
		return 0, "", err
	}
	var b strings.Builder
	for y := range code.Size {
		pen := -1 // where the last run of the row ended
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			run := 1
			for code.Black(x+run, y) {
				run++
			}
			if pen < 0 {
				fmt.Fprintf(&b, "M%d %d.5h%d", x+quiet, y+quiet, run)
			} else {
				fmt.Fprintf(&b, "m%d 0h%d", x-pen, run)
			}
			x += run
			pen = x
		}
	}
	return code.Size + 2*quiet, b.String(), nil
}
