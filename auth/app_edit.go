package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base32"
	"encoding/json"
	"strings"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// EditGrant lets the Enketo of an office user read one record as it was handed out, and post an edit of it, for a while.
type EditGrant struct {
	User     string `json:"u"`
	Record   string `json:"r"`
	Grid     string `json:"a"` // where the record lies
	Instance string `json:"i"` // what an edit must name as the instance it replaces
	Form     string `json:"f"`
	Version  string `json:"v"`
	Until    int64  `json:"e"` // ms
}

// editEncoding has one case, because clients may change that of addresses.
var editEncoding = base32.NewEncoding(strings.ToLower(crockford)).WithPadding(base32.NoPadding)

func (s *Service) editCipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.keys.edit)
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "edit grant", err)
	}
	aead, err := cipher.NewGCM(block)
	return aead, errs.WrapCode(errs.Internal, "edit grant", err)
}

// SealEdit makes a grant of what p may change into a token for an address. It is not kept: it ends by itself, or with the
// account. Codes: forbidden, out-of-area.
func (s *Service) SealEdit(p Principal, g EditGrant) (string, error) {
	if err := Authorize(p, RecordsChange, g.Grid); err != nil {
		return "", err
	}
	g.User, g.Until = p.UserID, s.now()+limits.EditGrantTTL.Milliseconds()
	plain, err := json.Marshal(g)
	if err != nil {
		return "", errs.WrapCode(errs.Internal, "edit grant", err)
	}
	aead, err := s.editCipher()
	if err != nil {
		return "", err
	}
	nonce, err := s.random(aead.NonceSize())
	if err != nil {
		return "", err
	}
	return editEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, nil)), nil
}

// OpenEdit returns what a token of SealEdit grants, and to whom. Codes: unauthenticated (malformed), forbidden (over, another
// server's, the account ended or may not any more), out-of-area.
func (s *Service) OpenEdit(ctx context.Context, token string) (Principal, EditGrant, error) {
	const op = "edit grant"
	none := func(code errs.Code, msg string) (Principal, EditGrant, error) {
		return Principal{}, EditGrant{}, errs.New(code, op, "%s", msg)
	}
	aead, err := s.editCipher()
	if err != nil {
		return Principal{}, EditGrant{}, err
	}
	b, err := editEncoding.DecodeString(strings.ToLower(token))
	if n := aead.NonceSize(); err != nil || len(token) > maxToken || len(b) <= n+aead.Overhead() {
		return none(errs.Unauthenticated, "not a token")
	} else if b, err = aead.Open(nil, b[:n], b[n:], nil); err != nil {
		return none(errs.Forbidden, "not of this server")
	}
	var g EditGrant
	if err := json.Unmarshal(b, &g); err != nil {
		return none(errs.Forbidden, "not a grant")
	}
	if s.now() >= g.Until {
		return none(errs.Forbidden, "the time to edit is over")
	}
	var u User
	err = s.store.View(ctx, func(r Reader) (err error) {
		u, err = r.User(g.User)
		return err
	})
	if err != nil {
		return Principal{}, EditGrant{}, errs.Wrap(op, err)
	}
	if !u.Live(s.now()) {
		return none(errs.Forbidden, "the account is disabled or its access has ended")
	}
	p := Principal{UserID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Area: u.Area}
	if err := Authorize(p, RecordsChange, g.Grid); err != nil {
		return Principal{}, EditGrant{}, err
	}
	return p, g, nil
}
