package phone

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"

	"ruhu/internal/errs"
)

// logAEAD returns the cipher of one log: every log has a key of its own, so that no frame stands for anything in another.
func logAEAD(key, id []byte) (cipher.AEAD, error) {
	if len(key) != 32 {
		return nil, errs.New(errs.Damaged, "read key", "the folder's key file is damaged")
	}
	own, err := hkdf.Key(sha256.New, key, id, "ruhu-phone-log-1", 32)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "derive key", err)
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "derive key", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "derive key", err)
	}
	return aead, nil
}
