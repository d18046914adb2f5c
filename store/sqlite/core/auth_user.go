package core

import (
	"ruhu/auth"
	"ruhu/internal/errs"
)

const userColumns = `id, login, name, role, area, hash, valid_until, disabled, created, changed`

func scanUser(r scanner) (u auth.User, err error) {
	err = r.Scan(&u.ID, &u.Login, &u.Name, &u.Role, &u.Area, &u.Hash, &u.ValidUntil, &u.Disabled, &u.Created, &u.Changed)
	return u, err
}

func (r authReader) User(id string) (auth.User, error) {
	u, err := scanUser(r.tx.QueryRow(`SELECT `+userColumns+` FROM users WHERE id = ?`, id))
	return u, missing("user", id, err)
}

func (r authReader) UserByLogin(login string) (auth.User, error) {
	u, err := scanUser(r.tx.QueryRow(`SELECT `+userColumns+` FROM users WHERE login_key = ?`, auth.LoginKey(login)))
	return u, missing("user", "of that login", err)
}

func (r authReader) Users(q auth.UserQuery) ([]auth.User, error) {
	// ':' follows '9': the range holds the area and everything below it.
	return collect(r.tx, scanUser, `SELECT `+userColumns+` FROM users
		WHERE id > ?1 AND area >= ?2 AND area < ?2 || ':' AND (?3 = '' OR role = ?3) ORDER BY id LIMIT ?4`,
		q.After, q.Area, string(q.Role), q.Limit)
}

func (t authTx) PutUser(u auth.User) error {
	var key any
	if u.Login != "" {
		k := auth.LoginKey(u.Login)
		key = k
		if other, err := t.UserByLogin(k); err == nil && other.ID != u.ID {
			return errs.New(errs.Conflict, "store user", "the user name %s is taken", u.Login).WithHint("Choose another user name.")
		} else if err != nil && errs.CodeOf(err) != errs.NotFound {
			return err
		}
	}
	_, err := t.tx.Exec(`INSERT INTO users (id, login, login_key, name, role, area, hash, valid_until, disabled, created, changed)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
		ON CONFLICT (id) DO UPDATE SET login = ?2, login_key = ?3, name = ?4, role = ?5, area = ?6, hash = ?7, valid_until = ?8,
		disabled = ?9, created = ?10, changed = ?11`,
		u.ID, u.Login, key, u.Name, string(u.Role), u.Area, u.Hash, u.ValidUntil, u.Disabled, u.Created, u.Changed)
	return err
}

func scanGrant(r scanner) (g auth.Grant, err error) {
	err = r.Scan(&g.Worker, &g.Grid, &g.From, &g.Until, &g.By)
	return g, err
}

func (r authReader) Grants(worker string) ([]auth.Grant, error) {
	return collect(r.tx, scanGrant, `SELECT worker, grid, from_ms, until_ms, by_user FROM grants WHERE worker = ? ORDER BY grid, from_ms`, worker)
}

func (t authTx) PutGrant(g auth.Grant) error {
	_, err := t.tx.Exec(`INSERT INTO grants (worker, grid, from_ms, until_ms, by_user) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (worker, grid, from_ms) DO UPDATE SET until_ms = excluded.until_ms, by_user = excluded.by_user`,
		g.Worker, g.Grid, g.From, g.Until, g.By)
	return err
}
