package auth

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// LoginKey is the form under which user names are compared: compatibility-normalised, lower case, no surrounding space.
func LoginKey(login string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(clip(login, 4*limits.NameRunes))))
}

// maxLogin is how many characters a user name may have.
const maxLogin = 64

func checkLogin(login string) error {
	const op = "check user name"
	if n := utf8.RuneCountInString(login); n == 0 || n > maxLogin {
		return errs.New(errs.Invalid, op, "a user name has 1 to %d characters", maxLogin)
	}
	for _, r := range login {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune("._-@", r) {
			return errs.New(errs.Invalid, op, "a user name has letters, digits and . _ - @ only")
		}
	}
	return nil
}

// cleanName returns a shown name in NFC without surrounding space.
func cleanName(name string) (string, error) {
	const op = "check name"
	if !utf8.ValidString(name) {
		return "", errs.New(errs.Invalid, op, "not valid UTF-8")
	}
	name = strings.TrimSpace(norm.NFC.String(name))
	if n := utf8.RuneCountInString(name); n == 0 || n > limits.NameRunes {
		return "", errs.New(errs.Invalid, op, "a name has 1 to %d characters", limits.NameRunes)
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return "", errs.New(errs.Invalid, op, "a name has no control characters")
		}
	}
	return name, nil
}

// NewUser describes an account to open.
type NewUser struct {
	Login      string
	Name       string // "" = Login
	Role       Role
	Area       string // "" = the whole installation, which only an account of the whole may give
	Password   string // "" = cannot sign in until one is set
	ValidUntil int64  // ms, 0 = no end
}

// CreateUser opens an account. Codes: forbidden, out-of-area, invalid, weak-password, conflict (the login exists).
func (s *Service) CreateUser(ctx context.Context, by Principal, n NewUser) (User, error) {
	const op = "create user"
	if _, err := ParseRole(string(n.Role)); err != nil {
		return User{}, err
	}
	if err := s.checkArea(ctx, n.Area); err != nil {
		return User{}, err
	}
	if err := Authorize(by, UsersManage, n.Area); err != nil {
		return User{}, err
	}
	login := strings.TrimSpace(norm.NFKC.String(n.Login))
	if err := checkLogin(login); err != nil {
		return User{}, err
	}
	if n.Name == "" {
		n.Name = login
	}
	name, err := cleanName(n.Name)
	if err != nil {
		return User{}, err
	}
	u := User{Login: login, Name: name, Role: n.Role, Area: n.Area, ValidUntil: n.ValidUntil, Created: s.now(), Changed: s.now()}
	if n.Password != "" {
		if err := CheckPassword(n.Password, login); err != nil {
			return User{}, err
		}
		if u.Hash, err = s.hashPassword(ctx, n.Password); err != nil {
			return User{}, errs.Wrap(op, err)
		}
	}
	if u.ID, err = s.newID("us_"); err != nil {
		return User{}, err
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if err := tx.PutUser(u); err != nil {
			return err
		}
		return s.appendAudit(tx, by.Entry(UsersManage, u.ID, u.Area, 1, nil))
	})
	u.Hash = ""
	return u, errs.Wrap(op, err)
}

func (s *Service) hashPassword(ctx context.Context, pw string) (string, error) {
	salt, err := s.random(hashSalt)
	if err != nil {
		return "", err
	}
	return s.hash.hash(ctx, pw, salt)
}

func (s *Service) checkArea(ctx context.Context, code string) error {
	if err := CheckArea(code); err != nil || code == "" || s.areas == nil {
		return err
	}
	ok, err := s.areas.AreaExists(ctx, code)
	if err != nil {
		return errs.Wrap("check area", err)
	}
	if !ok {
		return errs.New(errs.Invalid, "check area", "there is no area %s", code).WithHint("Import it first: ruhu area import.")
	}
	return nil
}

// UserFilter selects accounts for Users.
type UserFilter struct {
	Area  string
	Role  Role
	Limit int
}

// Users lists accounts of the asker's area, by id, without hashes; next is "" at the end. Codes: forbidden, out-of-area.
func (s *Service) Users(ctx context.Context, by Principal, f UserFilter, cursor string) (list []User, next string, err error) {
	area, err := by.Narrow(f.Area)
	if err != nil {
		return nil, "", err
	}
	action := UsersRead
	if f.Role == Worker && by.Role != Admin {
		action = WorkersRead
	}
	if err := Authorize(by, action, area); err != nil {
		return nil, "", err
	}
	q := UserQuery{Area: area, Role: f.Role, Limit: pageLimit(f.Limit)}
	if cursor != "" {
		if q.After, err = readTextCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	err = s.store.View(ctx, func(r Reader) (err error) {
		list, err = r.Users(q)
		return err
	})
	if err != nil {
		return nil, "", errs.Wrap("list users", err)
	}
	for i := range list {
		list[i].Hash = ""
	}
	if len(list) == q.Limit {
		next = textCursor(list[len(list)-1].ID)
	}
	return list, next, nil
}

// UserByID returns one account without its hash, for names beside ids; it asks for no right. Code: not-found.
func (s *Service) UserByID(ctx context.Context, id string) (User, error) {
	var u User
	err := s.store.View(ctx, func(r Reader) (err error) {
		u, err = r.User(id)
		return err
	})
	u.Hash = ""
	return u, errs.Wrap("look up user", err)
}

// UserByLogin is UserByID by user name, for the command line. Code: not-found.
func (s *Service) UserByLogin(ctx context.Context, login string) (User, error) {
	u, err := s.userByLogin(ctx, LoginKey(login))
	if err == nil && u.ID == "" {
		err = errs.New(errs.NotFound, "look up user", "no account %q", clip(login, maxLogin))
	}
	u.Hash = ""
	return u, err
}

// UserChange says what to change of an account; nil = leave.
type UserChange struct {
	Name       *string
	Role       *Role
	Area       *string
	Password   *string
	Disabled   *bool
	ValidUntil *int64
}

// ChangeUser changes an account; a new password ends its sessions. Nobody may disable or demote the own account, so that
// an installation cannot lock itself out. Codes: forbidden, out-of-area, not-found, invalid, weak-password, rule.
func (s *Service) ChangeUser(ctx context.Context, by Principal, id string, c UserChange) (User, error) {
	const op = "change user"
	hash, err := s.prepareChange(ctx, id, &c)
	if err != nil {
		return User{}, errs.Wrap(op, err)
	}
	var u User
	err = s.store.Update(ctx, func(tx Tx) (err error) {
		if u, err = tx.User(id); err != nil {
			return err
		}
		if err := Authorize(by, UsersManage, u.Area); err != nil {
			return err
		}
		if id == by.UserID && (c.Disabled != nil && *c.Disabled || c.Role != nil && *c.Role != u.Role || c.Area != nil && *c.Area != u.Area) {
			return errs.New(errs.Rule, op, "nobody disables or demotes the own account")
		}
		if c.Role != nil && (*c.Role == Worker) != (u.Role == Worker) {
			return errs.New(errs.Rule, op, "a worker's account stays a worker's").WithHint("Open a second account.")
		}
		s.applyChange(&u, c)
		if err := Authorize(by, UsersManage, u.Area); err != nil {
			return err
		}
		if hash != "" {
			u.Hash = hash
			if err := s.endSessions(tx, SessionQuery{User: id}, EndedPassword); err != nil {
				return err
			}
		}
		if err := tx.PutUser(u); err != nil {
			return err
		}
		return s.appendAudit(tx, by.Entry(UsersManage, id, u.Area, 1, nil))
	})
	s.states.forget()
	u.Hash = ""
	return u, errs.Wrap(op, err)
}

// prepareChange checks what can be checked outside the transaction, and hashes a new password.
func (s *Service) prepareChange(ctx context.Context, id string, c *UserChange) (hash string, err error) {
	if c.Role != nil {
		if _, err := ParseRole(string(*c.Role)); err != nil {
			return "", err
		}
	}
	if c.Area != nil {
		if err := s.checkArea(ctx, *c.Area); err != nil {
			return "", err
		}
	}
	if c.Name != nil {
		name, err := cleanName(*c.Name)
		if err != nil {
			return "", err
		}
		c.Name = &name
	}
	if c.Password == nil {
		return "", nil
	}
	u, err := s.UserByID(ctx, id)
	if err != nil {
		return "", err
	}
	if err := CheckPassword(*c.Password, u.Login); err != nil {
		return "", err
	}
	return s.hashPassword(ctx, *c.Password)
}

func (s *Service) applyChange(u *User, c UserChange) {
	u.Changed = s.now()
	if c.Name != nil {
		u.Name = *c.Name
	}
	if c.Role != nil {
		u.Role = *c.Role
	}
	if c.Area != nil {
		u.Area = *c.Area
	}
	if c.ValidUntil != nil {
		u.ValidUntil = *c.ValidUntil
	}
	if c.Disabled != nil {
		switch {
		case !*c.Disabled:
			u.Disabled = 0
		case u.Disabled == 0:
			u.Disabled = s.now()
		}
	}
}

// ChangeOwnPassword sets the asker's password after checking the old one; all sessions of the account end.
// Codes: forbidden, bad-credentials, too-many-requests, weak-password.
func (s *Service) ChangeOwnPassword(ctx context.Context, p Principal, old, new, ip string) error {
	const op = "change password"
	if err := Authorize(p, SelfPassword, ""); err != nil {
		return err
	}
	giveBack, err := s.throttle.admit(LoginKey(p.Login), ip)
	if err != nil {
		return err
	}
	u, err := s.userByLogin(ctx, LoginKey(p.Login))
	if err != nil {
		return errs.Wrap(op, err)
	}
	ok, _, err := s.hash.verify(ctx, old, u.Hash)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !ok || u.ID != p.UserID {
		return errs.New(errs.BadCredentials, op, "the old password is wrong")
	}
	giveBack()
	if err := CheckPassword(new, u.Login); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, new)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		u, err := tx.User(p.UserID)
		if err != nil {
			return err
		}
		u.Hash, u.Changed = hash, s.now()
		if err := s.endSessions(tx, SessionQuery{User: u.ID}, EndedPassword); err != nil {
			return err
		}
		if err := tx.PutUser(u); err != nil {
			return err
		}
		return s.appendAudit(tx, p.Entry(SelfPassword, u.ID, u.Area, 1, nil))
	})
	s.states.forget()
	return errs.Wrap(op, err)
}
