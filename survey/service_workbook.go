package survey

import (
	"bytes"
	"context"
	"slices"

	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/xform"
	"ruhu/schema/xlsform"
)

// IsWorkbook reports by its first bytes whether an uploaded form is a spreadsheet rather than XML: a zip, or an old .xls,
// which is refused with a word on what to do.
func IsWorkbook(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06")) || bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0"))
}

// fromWorkbook makes the XForm of an uploaded spreadsheet and keeps the spreadsheet as its source. A spreadsheet that was
// added before stands for the XForm that was made of it then, whatever this program would make of it now: clients hold
// those bytes. It returns the spreadsheet's warnings.
func (s *Service) fromWorkbook(ctx context.Context, n *NewForm) ([]schema.Fault, error) {
	const op = "add form"
	made, err := xlsform.Convert(n.XML, xlsform.Options{Name: n.Name})
	if err != nil {
		return made.Faults, errs.WrapCode(errs.CodeOf(err), op, &FormFaults{made.Faults})
	}
	n.Source, n.XML = n.XML, made.XML
	if form, _, err := xform.Read(made.XML); err == nil {
		old, err := s.Catalog.Form(ctx, form.ID, form.Version)
		switch {
		case err == nil && bytes.Equal(old.Source, n.Source):
			n.XML = old.XML
		case err != nil && errs.CodeOf(err) != errs.NotFound:
			return nil, errs.Wrap(op, err)
		}
	}
	for _, f := range made.Files {
		if !slices.ContainsFunc(n.Files, func(x FormFile) bool { return x.Name == f.Name }) {
			n.Files = append(n.Files, FormFile{Name: f.Name, Bytes: f.Bytes})
		}
	}
	return made.Faults, nil
}
