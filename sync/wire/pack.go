package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"io"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// A pack is a push of one device, attested by it and sealed for the server, that anybody may carry:
//
//	"ruhu-pack-1\n" | ephemeral P-256 public key (65 bytes, uncompressed) | AES-256-GCM(gzip(push body)), tag last
//
// The key is HKDF-SHA256 of the ECDH secret with the two public keys as salt and "ruhu-pack-1" as info; it is used once,
// so the nonce is 12 zero bytes. The head of the pack, magic and ephemeral key, is authenticated with it.
const packMagic = "ruhu-pack-1\n"

const packHead = len(packMagic) + 65

// bundleMagic begins a file of several packs, each after its length in 4 bytes, the high one first, in the order in which they
// are to be pushed.
const bundleMagic = "ruhu-packs-1\n"

// SplitPacks returns the packs of a file, which is one pack or a bundle of them, at most limits.BundlePacks. Codes:
// bad-request (neither, or cut short), too-large.
func SplitPacks(file []byte) ([][]byte, error) {
	const op = "split packs"
	if IsPack(file) {
		return [][]byte{file}, nil
	}
	rest, ok := bytes.CutPrefix(file, []byte(bundleMagic))
	if !ok || len(rest) == 0 {
		return nil, errs.New(errs.BadRequest, op, "not a file of packs")
	}
	var out [][]byte
	for len(rest) > 0 {
		if len(out) == limits.BundlePacks {
			return nil, errs.New(errs.TooLarge, op, "more than %d packs", limits.BundlePacks)
		}
		if len(rest) < 4 {
			return nil, errs.New(errs.BadRequest, op, "the file is cut")
		}
		n := int(binary.BigEndian.Uint32(rest))
		if rest = rest[4:]; n > len(rest) || !IsPack(rest[:n]) {
			return nil, errs.New(errs.BadRequest, op, "the file is cut")
		}
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return out, nil
}

// PackType is the media type under which a pack is pushed.
const PackType = "application/vnd.ruhu.pack"

// IsPack reports whether b begins like a pack.
func IsPack(b []byte) bool { return bytes.HasPrefix(b, []byte(packMagic)) }

func packAEAD(secret, ephemeral, server []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, append(append([]byte(nil), ephemeral...), server...), "ruhu-pack-1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// SealPack seals a push body for the server's public key. The body must end with an attestation.
func SealPack(random io.Reader, server *ecdh.PublicKey, body []byte) ([]byte, error) {
	const op = "seal pack"
	if err := checkPack(body); err != nil {
		return nil, errs.Wrap(op, err)
	}
	seed, err := NewKey(random)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	ephemeral, err := seed.ECDH()
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, op, err)
	}
	secret, err := ephemeral.ECDH(server)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, op, err)
	}
	aead, err := packAEAD(secret, ephemeral.PublicKey().Bytes(), server.Bytes())
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, op, err)
	}
	head := append([]byte(packMagic), ephemeral.PublicKey().Bytes()...)
	return aead.Seal(head, make([]byte, aead.NonceSize()), new(Bodies).Gzip(body), head), nil
}

// OpenPack unseals a pack and returns its push body, which ends with an attestation whose signature the caller checks.
// Codes: bad-request, too-large.
func OpenPack(server *ecdh.PrivateKey, pack []byte) ([]byte, error) {
	const op = "open pack"
	bad := errs.New(errs.BadRequest, op, "not a pack sealed for this server")
	if len(pack) > limits.PushWireBytes {
		return nil, errs.New(errs.TooLarge, op, "%d bytes, at most %d", len(pack), limits.PushWireBytes)
	}
	if len(pack) < packHead || !IsPack(pack) {
		return nil, bad
	}
	ephemeral, err := ecdh.P256().NewPublicKey(pack[len(packMagic):packHead])
	if err != nil {
		return nil, bad
	}
	secret, err := server.ECDH(ephemeral)
	if err != nil {
		return nil, bad
	}
	aead, err := packAEAD(secret, ephemeral.Bytes(), server.PublicKey().Bytes())
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, op, err)
	}
	packed, err := aead.Open(nil, make([]byte, aead.NonceSize()), pack[packHead:], pack[:packHead])
	if err != nil {
		return nil, bad
	}
	body, err := new(Bodies).Read(bytes.NewReader(packed), "gzip", PushBounds())
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if err := checkPack(body); err != nil {
		return nil, errs.Wrap(op, err)
	}
	return body, nil
}

func checkPack(body []byte) error {
	p, err := ParsePush(body)
	if err != nil {
		return err
	}
	if n := len(p.Items); n == 0 || p.Items[n-1].Kind != ItemAttest {
		return errs.New(errs.BadRequest, "check pack", "a pack ends with its author's attestation")
	}
	return nil
}
