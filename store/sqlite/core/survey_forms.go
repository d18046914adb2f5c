package core

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"ruhu/internal/errs"
	"ruhu/store/sqlite/dbfile"
	"ruhu/survey"
)

// AddForm implements survey.Catalog.
func (s *SurveyStore) AddForm(ctx context.Context, f survey.StoredForm) (added bool, err error) {
	const op = "add form"
	warnings, err := json.Marshal(f.Warnings)
	if err != nil {
		return false, errs.Wrap(op, err)
	}
	err = s.write(ctx, op, func(tx *dbfile.Tx) error {
		added = false
		var n int64
		var sum string
		err := tx.QueryRow(`SELECT n, sha256 FROM forms WHERE id = ? AND version = ?`, f.ID, f.Version).Scan(&n, &sum)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			res, err := tx.Exec(`INSERT INTO forms (id, version, title_zh, title_en, sha256, md5, xml, source, added, added_by, warnings)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f.ID, f.Version, f.TitleZH, f.TitleEN, f.SHA256, f.MD5, f.XML, f.Source, f.Added, f.AddedBy, string(warnings))
			if err != nil {
				return err
			}
			if n, err = res.LastInsertId(); err != nil {
				return err
			}
			added = true
		case err != nil:
			return err
		case sum != f.SHA256:
			return errs.New(errs.FormChanged, op, "form %s version %s exists with other bytes", f.ID, f.Version)
		}
		changed := added
		for _, file := range f.Files {
			var old string
			err := tx.QueryRow(`SELECT sha256 FROM form_files WHERE form = ? AND name = ?`, n, file.Name).Scan(&old)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if old == file.SHA256 {
				continue
			}
			if old != "" {
				return errs.New(errs.FormChanged, op, "form %s version %s has another file %s", f.ID, f.Version, file.Name)
			}
			if _, err := tx.Exec(`INSERT INTO form_files (form, name, sha256, md5, size, bytes) VALUES (?, ?, ?, ?, ?, ?)`,
				n, file.Name, file.SHA256, file.MD5, file.Size, file.Bytes); err != nil {
				return err
			}
			changed = true
		}
		if !changed {
			return nil
		}
		return raise(tx, "")
	})
	return added, err
}

const formColumns = `SELECT n, id, version, title_zh, title_en, sha256, md5, xml, closed, added, added_by, warnings FROM forms`

func scanForm(r scanner) (n int64, f survey.StoredForm, err error) {
	var warnings string
	if err := r.Scan(&n, &f.ID, &f.Version, &f.TitleZH, &f.TitleEN, &f.SHA256, &f.MD5, &f.XML, &f.Closed, &f.Added, &f.AddedBy, &warnings); err != nil {
		return 0, f, err
	}
	return n, f, json.Unmarshal([]byte(warnings), &f.Warnings)
}

// Form implements survey.Catalog.
func (s *SurveyStore) Form(ctx context.Context, id, version string) (f survey.StoredForm, err error) {
	const op = "read form"
	err = s.read(ctx, op, func(tx *dbfile.Tx) error {
		var n int64
		n, f, err = scanForm(tx.QueryRow(formColumns+` WHERE id = ? AND version = ?`, id, version))
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, op, "no such form and version")
		}
		if err != nil {
			return err
		}
		if err := tx.QueryRow(`SELECT source FROM forms WHERE n = ?`, n).Scan(&f.Source); err != nil {
			return err
		}
		f.Files, err = collect(tx, func(r scanner) (file survey.FormFile, err error) {
			err = r.Scan(&file.Name, &file.SHA256, &file.MD5, &file.Size, &file.Bytes)
			return file, err
		}, `SELECT name, sha256, md5, size, bytes FROM form_files WHERE form = ? ORDER BY name`, n)
		return err
	})
	return f, err
}

// Forms implements survey.Catalog.
func (s *SurveyStore) Forms(ctx context.Context) (list []survey.StoredForm, err error) {
	err = s.read(ctx, "list forms", func(tx *dbfile.Tx) error {
		at := map[int64]int{}
		list = nil
		rows, err := tx.Query(formColumns + ` ORDER BY n`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			n, f, err := scanForm(rows)
			if err != nil {
				return err
			}
			at[n] = len(list)
			list = append(list, f)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		files, err := tx.Query(`SELECT form, name, sha256, md5, size FROM form_files ORDER BY form, name`)
		if err != nil {
			return err
		}
		defer files.Close()
		for files.Next() {
			var n int64
			var file survey.FormFile
			if err := files.Scan(&n, &file.Name, &file.SHA256, &file.MD5, &file.Size); err != nil {
				return err
			}
			f := &list[at[n]]
			f.Files = append(f.Files, file)
		}
		return files.Err()
	})
	return list, err
}

// CloseForm implements survey.Catalog.
func (s *SurveyStore) CloseForm(ctx context.Context, id, version string) error {
	const op = "close form"
	return s.write(ctx, op, func(tx *dbfile.Tx) error {
		res, err := tx.Exec(`UPDATE forms SET closed = 1 WHERE id = ? AND version = ?`, id, version)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errs.New(errs.NotFound, op, "no such form and version"))
		}
		return raise(tx, "")
	})
}
