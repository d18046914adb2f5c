package wire

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	gosync "sync"

	"github.com/klauspost/compress/zstd"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Bodies reads and writes bodies with Content-Encoding none, gzip or zstd, and keeps the decoders, which are large, between
// uses. The zero value is ready. Safe for concurrent use.
type Bodies struct{ gzip, zstd, out gosync.Pool }

// Bounds of one body: bytes as sent, bytes unpacked, and unpacked bytes for each that was sent. Small bodies are never
// held to the ratio: the first ratioFloor bytes are free.
type Bounds struct {
	Sent, Plain, Ratio int
}

const ratioFloor = 64 << 10

// PushBounds are the bounds of a push.
func PushBounds() Bounds {
	return Bounds{Sent: limits.PushWireBytes, Plain: limits.PushBytes, Ratio: limits.DecompressRatio}
}

// Read returns the whole unpacked body. Memory stays within the bounds whatever is sent.
// Codes: too-large, unsupported-media, bad-request (the packed bytes are damaged).
func (p *Bodies) Read(src io.Reader, encoding string, most Bounds) ([]byte, error) {
	const op = "read body"
	sent := &counted{r: src, most: most.Sent}
	var plain io.Reader
	switch encoding {
	case "", "identity":
		plain = sent
	case "gzip":
		z, _ := p.gzip.Get().(*gzip.Reader)
		if z == nil {
			z = new(gzip.Reader)
		}
		defer p.gzip.Put(z)
		if err := z.Reset(sent); err != nil {
			return nil, bodyErr(op, err)
		}
		plain = z
	case "zstd":
		z, err := p.zstdReader()
		if err != nil {
			return nil, errs.WrapCode(errs.Internal, op, err)
		}
		defer func() {
			_ = z.Reset(nil) // cannot fail with nil: lets go of src
			p.zstd.Put(z)
		}()
		if err := z.Reset(sent); err != nil {
			return nil, bodyErr(op, err)
		}
		plain = z
	default:
		return nil, errs.New(errs.UnsupportedMedia, op, "Content-Encoding is none of gzip, zstd")
	}
	var out bytes.Buffer
	chunk := make([]byte, 16<<10)
	for {
		n, err := plain.Read(chunk)
		out.Write(chunk[:n])
		if out.Len() > most.Plain {
			return nil, errs.New(errs.TooLarge, op, "more than %d bytes", most.Plain)
		}
		if most.Ratio > 0 && plain != io.Reader(sent) && out.Len() > max(ratioFloor, sent.n*most.Ratio) {
			return nil, errs.New(errs.TooLarge, op, "more than %d bytes for each that was sent", most.Ratio)
		}
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, bodyErr(op, err)
		}
	}
}

func (p *Bodies) zstdReader() (*zstd.Decoder, error) {
	if z, _ := p.zstd.Get().(*zstd.Decoder); z != nil {
		return z, nil
	}
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderMaxMemory(16<<20))
}

func bodyErr(op string, err error) error {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return errs.Wrap(op, err)
	}
	return errs.New(errs.BadRequest, op, "the packed bytes are damaged")
}

// Gzip packs a body.
func (p *Bodies) Gzip(plain []byte) []byte {
	z, _ := p.out.Get().(*gzip.Writer)
	if z == nil {
		z, _ = gzip.NewWriterLevel(nil, gzip.BestCompression) // the level is one there is
	}
	defer p.out.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	_, _ = z.Write(plain) // writing to memory cannot fail
	_ = z.Close()
	return b.Bytes()
}

// counted counts what was read and fails past most.
type counted struct {
	r       io.Reader
	n, most int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	if c.n > c.most {
		return 0, errs.New(errs.TooLarge, "read body", "more than %d bytes were sent", c.most)
	}
	return n, err
}
