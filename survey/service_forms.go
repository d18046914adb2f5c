package survey

import (
	"context"
	"slices"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/compare"
	"ruhu/schema/xform"
)

// NewForm is a form as it is uploaded.
type NewForm struct {
	XML    []byte // XForm XML, or an XLSForm as .xlsx: the bytes decide
	Source []byte // the XLSX it was made of, or nil
	Name   string // the file's name without its ending: the id of a spreadsheet whose settings give none
	Files  []FormFile
	By     string // user id
}

// FormFaults carries what is wrong with an uploaded form, inside an error of code form-faults.
type FormFaults struct{ List []schema.Fault }

// Error returns the first fault.
func (f *FormFaults) Error() string {
	for _, x := range f.List {
		if !x.Warning {
			return x.String()
		}
	}
	return "faults in the form"
}

// CheckedForm is a form as it would be added, and what can be said of it before it is.
type CheckedForm struct {
	Stored  StoredForm // with the bytes of its files, those the server makes among them
	Phone   []byte     // the form as phones would get it
	Missing []string   // files it asks for that nobody gave
	Known   bool       // the same bytes are there already
	// From is the version it was compared with, the one added last; nil where the form is new.
	From    *string
	Changes []compare.Change
}

// AddForm adds a form version; the bytes are kept and served unchanged. Of a spreadsheet an XForm is made first; the faults then
// name sheet, row and column. added is false where the same version with the same
// bytes was there. Codes: form-faults (with FormFaults), form-changed, sentiment-identity (a survey uses the form as a
// sentiment form), invalid (a file's name), too-large.
func (s *Service) AddForm(ctx context.Context, n NewForm) (stored StoredForm, warnings []schema.Fault, added bool, err error) {
	const op = "add form"
	stored, _, warnings, err = s.formToAdd(ctx, n)
	if err != nil {
		return StoredForm{}, warnings, false, err
	}
	if added, err = s.Catalog.AddForm(ctx, stored); err != nil {
		return StoredForm{}, warnings, false, errs.Wrap(op, err)
	}
	return stored, warnings, added, errs.Wrap(op, s.reload(ctx, true))
}

// CheckForm does everything that AddForm does but storing, and compares the form with the version added last. Codes as of AddForm.
func (s *Service) CheckForm(ctx context.Context, n NewForm) (CheckedForm, []schema.Fault, error) {
	const op = "check form"
	stored, form, warnings, err := s.formToAdd(ctx, n)
	if err != nil {
		return CheckedForm{}, warnings, err
	}
	out := CheckedForm{Stored: stored}
	if out.Phone, _, err = xform.Phone(stored.XML); err != nil {
		return CheckedForm{}, warnings, errs.Wrap(op, err)
	}
	if s.Snapshot().Get(form.ID, form.Version) != nil {
		out.Known = true // other bytes were refused
	} else if last := s.Snapshot().Latest(form.ID); last != nil {
		version := last.Version
		out.From, out.Changes = &version, compare.Versions(last, form)
	}
	for _, name := range form.Attachments {
		if slices.ContainsFunc(out.Stored.Files, func(f FormFile) bool { return f.Name == name }) {
			continue
		}
		if madeByServer(name) {
			file, err := s.makeFile(ctx, form.ID, name)
			if err == nil {
				out.Stored.Files = append(out.Stored.Files, file)
				continue
			}
			if errs.CodeOf(err) != errs.NotFound {
				return CheckedForm{}, warnings, errs.Wrap(op, err)
			}
		}
		out.Missing = append(out.Missing, name)
	}
	return out, warnings, nil
}

// formToAdd makes of an upload what is to be stored, with the warnings about it.
func (s *Service) formToAdd(ctx context.Context, n NewForm) (stored StoredForm, form *schema.Form, warnings []schema.Fault, err error) {
	const op = "add form"
	var ofSheets []schema.Fault
	if IsWorkbook(n.XML) {
		if ofSheets, err = s.fromWorkbook(ctx, &n); err != nil {
			return StoredForm{}, nil, ofSheets, err
		}
	}
	form, faults, err := xform.Read(n.XML)
	if err != nil {
		return StoredForm{}, nil, faults, errs.WrapCode(errs.CodeOf(err), op, &FormFaults{faults})
	}
	if n.Source != nil {
		faults = ofSheets // those of the XForm are among them, with their rows
	}
	if err := s.Refresh(ctx); err != nil {
		return StoredForm{}, nil, nil, errs.Wrap(op, err)
	}
	if info, used := s.Info(form.ID); used && info.Kind == KindSentiment {
		if err := CheckSentiment(form); err != nil {
			return StoredForm{}, nil, faults, err
		}
	}
	if err := s.checkEntities(form); err != nil {
		return StoredForm{}, nil, faults, err
	}
	if _, err := s.Snapshot().With(form); err != nil {
		if refused := schema.FaultsOf(err); len(refused) > 0 { // each with its path and reason, as faults of the form itself are
			faults = append(faults, refused...)
			return StoredForm{}, nil, faults, errs.WrapCode(errs.CodeOf(err), op, &FormFaults{faults})
		}
		return StoredForm{}, nil, faults, err
	}
	stored = StoredForm{ID: form.ID, Version: form.Version, TitleZH: form.Title("zh"), TitleEN: form.Title("en"), SHA256: form.Hash(), MD5: form.HashMD5(),
		XML: n.XML, Source: n.Source, Added: clock.Millis(s.Clock.Now()), AddedBy: n.By}
	for _, f := range n.Files {
		file, err := sealFile(f)
		if err != nil {
			return StoredForm{}, nil, faults, err
		}
		stored.Files = append(stored.Files, file)
	}
	for _, name := range form.Attachments {
		if name != NoticeFile && name != VillagesFile && !slices.ContainsFunc(stored.Files, func(f FormFile) bool { return f.Name == name }) {
			faults = append(faults, schema.Fault{Code: "file-missing", Path: name, Warning: true, ZH: "缺少附件 " + name + "。", EN: "the file " + name + " is missing"})
		}
	}
	for _, f := range faults {
		stored.Warnings = append(stored.Warnings, f.String())
	}
	return stored, form, faults, nil
}
