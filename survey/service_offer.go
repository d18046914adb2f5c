package survey

import (
	"context"
	"slices"
	"strings"

	"ruhu/internal/errs"
	"ruhu/schema"
)

// Offer is a form version as clients that know nothing of surveys are offered it.
type Offer struct {
	ID      string
	Version string
	TitleZH string
	TitleEN string
	MD5     string // "md5:…" of the bytes served
	// Files says that the form names files or has some.
	Files bool
}

// CatalogVersion returns a number that grows with every change of surveys, areas and forms, after looking for changes of
// other processes.
func (s *Service) CatalogVersion(ctx context.Context) (uint64, error) {
	if err := s.Refresh(ctx); err != nil {
		return 0, err
	}
	return s.known.Load().version, nil
}

// Offers lists, in order of title and id, the last version that is not closed of each form that an open survey uses or that
// no survey uses at all.
func (s *Service) Offers() []Offer {
	known := s.known.Load()
	last := map[string]*StoredForm{}
	for i := range known.stored {
		st := &known.stored[i]
		if u, used := known.uses[st.ID]; used && known.surveys[u.survey].State != SurveyOpen {
			continue
		}
		if !st.Closed {
			last[st.ID] = st
		}
	}
	list := make([]Offer, 0, len(last))
	for _, st := range last {
		list = append(list, offerOf(st, known.forms.Get(st.ID, st.Version)))
	}
	slices.SortFunc(list, func(a, b Offer) int {
		if c := strings.Compare(a.TitleZH, b.TitleZH); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// FormBytes returns the uploaded XML of any version, closed ones too, and its MD5 ("md5:…"). The caller must not change the
// bytes. Code not-found.
func (s *Service) FormBytes(ctx context.Context, id, version string) (xml []byte, md5 string, err error) {
	st, err := s.storedForm(ctx, id, version)
	if err != nil {
		return nil, "", err
	}
	return st.XML, st.MD5, nil
}

// FilesOf lists the files of a form version without bytes, those the server makes among them, and the names of all files the
// form asks for, which are more where some were never uploaded. Code not-found.
func (s *Service) FilesOf(ctx context.Context, id, version string) (files []FormFile, asked []string, err error) {
	st, err := s.storedForm(ctx, id, version)
	if err != nil {
		return nil, nil, err
	}
	if form := s.Snapshot().Get(id, version); form != nil {
		asked = form.Attachments
	}
	files, err = s.FormFiles(ctx, st)
	return files, asked, err
}

func (s *Service) storedForm(ctx context.Context, id, version string) (*StoredForm, error) {
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	known := s.known.Load()
	for i := range known.stored {
		if st := &known.stored[i]; st.ID == id && st.Version == version {
			return st, nil
		}
	}
	return nil, errs.New(errs.NotFound, "form", "no form %s version %s", printable(id), printable(version))
}

// OfferOf returns any version of a form, closed ones too. Code not-found.
func (s *Service) OfferOf(ctx context.Context, id, version string) (Offer, error) {
	st, err := s.storedForm(ctx, id, version)
	if err != nil {
		return Offer{}, err
	}
	return offerOf(st, s.Snapshot().Get(id, version)), nil
}

func offerOf(st *StoredForm, form *schema.Form) Offer {
	return Offer{ID: st.ID, Version: st.Version, TitleZH: st.TitleZH, TitleEN: st.TitleEN, MD5: st.MD5,
		Files: len(st.Files) > 0 || form != nil && len(form.Attachments) > 0}
}
