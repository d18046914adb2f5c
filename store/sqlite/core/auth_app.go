package core

import (
	"strings"

	"ruhu/auth"
)

const appColumns = `device, enrolment, key_hash, username, ha1, grids, created, used`

func (r authReader) appUser(by string, value any) (a auth.AppUser, err error) {
	var hash []byte
	var grids string
	err = r.tx.QueryRow(`SELECT `+appColumns+` FROM app_users WHERE `+by+` = ?`, value).
		Scan(&a.Device, &a.Enrolment, &hash, &a.Username, &a.HA1, &grids, &a.Created, &a.Used)
	if err != nil {
		return a, missing("app user", "by "+by, err)
	}
	a.Grids = strings.Fields(grids)
	a.KeyHash, err = hash32(hash)
	return a, err
}

func (r authReader) AppUserByKey(hash [32]byte) (auth.AppUser, error) {
	return r.appUser("key_hash", hash[:])
}

func (r authReader) AppUserByName(username string) (auth.AppUser, error) {
	return r.appUser("username", username)
}

func (r authReader) AppUserOf(enrolment string) (auth.AppUser, error) {
	return r.appUser("enrolment", enrolment)
}

func (t authTx) PutAppUser(a auth.AppUser) error {
	_, err := t.tx.Exec(`INSERT INTO app_users (`+appColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (device) DO UPDATE SET used = ?8`,
		a.Device, a.Enrolment, a.KeyHash[:], a.Username, a.HA1, strings.Join(a.Grids, " "), a.Created, a.Used)
	return err
}
