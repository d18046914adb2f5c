package survey

import (
	"context"
	"encoding/csv"
	"io"
	"path"
	"slices"
	"strings"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
)

// Surveys returns all surveys in order of id.
func (s *Service) Surveys(ctx context.Context) ([]Survey, error) {
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(s.known.Load().surveys), nil
}

// Survey returns one; code not-found.
func (s *Service) Survey(ctx context.Context, id string) (Survey, error) {
	list, err := s.Surveys(ctx)
	if err != nil {
		return Survey{}, err
	}
	for _, sv := range list {
		if sv.ID == id {
			return sv, nil
		}
	}
	return Survey{}, errs.New(errs.NotFound, "survey", "no survey %s", printable(id))
}

// ImportSurvey reads a survey's YAML and adds it; see AddSurvey.
func (s *Service) ImportSurvey(ctx context.Context, r io.Reader) (Survey, error) {
	sv, err := ParseSurvey(r)
	if err != nil {
		return Survey{}, err
	}
	return s.AddSurvey(ctx, sv)
}

// AddSurvey adds a survey, or changes one that is not closed; a changed notice becomes its next version. Its state is not
// taken from the argument. Codes: invalid, rule (the survey is closed, or an open one would lose a form), conflict (another
// survey that is not closed uses a form), sentiment-identity.
func (s *Service) AddSurvey(ctx context.Context, sv Survey) (Survey, error) {
	const op = "add survey"
	if err := checkSurvey(&sv); err != nil {
		return Survey{}, err
	}
	list, err := s.Surveys(ctx)
	if err != nil {
		return Survey{}, errs.Wrap(op, err)
	}
	sv.State, sv.OpenedAt, sv.ClosedAt = SurveyPlanned, 0, 0
	for _, other := range list {
		if other.ID == sv.ID {
			if err := sv.follow(other); err != nil {
				return Survey{}, err
			}
			continue
		}
		for _, u := range sv.Forms {
			if _, used := other.Use(u.Form); used && other.State != SurveyClosed {
				return Survey{}, errs.New(errs.Conflict, op, "form %s is used by survey %s", u.Form, other.ID).
					WithHint("一份表单同时只能用于一项调查。 A form belongs to one survey at a time.")
			}
		}
	}
	if err := s.checkSentimentForms(sv); err != nil {
		return Survey{}, err
	}
	if err := s.Catalog.PutSurvey(ctx, sv); err != nil {
		return Survey{}, errs.Wrap(op, err)
	}
	return sv, errs.Wrap(op, s.reload(ctx, true))
}

// checkSurvey holds the rules that hold however a survey comes in.
func checkSurvey(sv *Survey) error {
	const op = "add survey"
	if sv.Threshold == 0 {
		sv.Threshold = limits.ThresholdDefault
	}
	if sv.Mode == "" {
		sv.Mode = Census
	}
	if sv.Retention == "" {
		sv.Retention = RetentionMinimum
	}
	fail := func(field, format string, args ...any) error {
		return errs.New(errs.Invalid, op, field+": "+format, args...)
	}
	switch {
	case sv.ID == "":
		return fail("id", "missing")
	case sv.Title.ZH == "" || sv.Title.EN == "":
		return fail("title", "missing in one language")
	case len(sv.Forms) == 0:
		return fail("forms", "missing")
	case sv.LegalBasis == "":
		return fail("legal_basis", "missing")
	case sv.Threshold < limits.ThresholdMin:
		return fail("threshold", "must be at least %d", limits.ThresholdMin)
	case sv.Mode != Census && sv.Mode != Sample:
		return fail("mode", "census or sample")
	case sv.Retention != RetentionMinimum && sv.Retention != RetentionStatistical:
		return fail("retention", "pipl_minimum or statistical_2y")
	case sv.EditHours < 0 || sv.EditHours > maxEditHours:
		return fail("edit_hours", "0 to %d", maxEditHours)
	case sv.LinkTTLDays < 0 || sv.LinkTTLDays > maxLinkTTLDays:
		return fail("link_ttl_days", "0 to %d", maxLinkTTLDays)
	}
	for _, u := range sv.Forms {
		if u.Form == "" || !slices.Contains(Kinds(), u.Kind) {
			return fail("forms", "each has an id and a kind")
		}
		if u.Kind != KindSentiment && u.Kind != KindCandidate {
			continue
		}
		if !restsOnConsent(sv.LegalBasis) {
			return fail("legal_basis", "opinion and candidate forms rest on consent")
		}
		if len(sv.Notices) == 0 {
			return fail("notice", "missing")
		}
	}
	for i := range sv.Notices {
		sv.Notices[i].Version, sv.Notices[i].Hash = i+1, HashNotice(sv.Notices[i].Words)
	}
	return nil
}

// follow makes sv the next description of a survey that is there: state and former notices stay.
func (sv *Survey) follow(old Survey) error {
	const op = "change survey"
	if old.State == SurveyClosed {
		return errs.New(errs.Rule, op, "survey %s is closed", old.ID)
	}
	for _, u := range old.Forms {
		now, there := sv.Use(u.Form)
		if old.State == SurveyOpen && (!there || now.Kind != u.Kind) {
			return errs.New(errs.Rule, op, "form %s of the open survey %s cannot go or change its kind", u.Form, old.ID)
		}
	}
	sv.State, sv.OpenedAt = old.State, old.OpenedAt
	next, has := sv.Notice()
	last, had := old.Notice()
	sv.Notices = slices.Clone(old.Notices)
	if has && (!had || HashNotice(next.Words) != last.Hash) {
		sv.Notices = append(sv.Notices, Notice{Version: len(old.Notices) + 1, Hash: HashNotice(next.Words), Words: next.Words})
	}
	return nil
}

func (s *Service) checkSentimentForms(sv Survey) error {
	for _, u := range sv.Forms {
		if !u.Kind.keepsOpinions() {
			continue
		}
		for _, f := range s.Snapshot().Versions(u.Form) {
			check := CheckSentiment
			if u.Kind != KindSentiment {
				check = checkNoEntities
			}
			if err := check(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// OpenSurvey begins the field work and draws case numbers for every selected household. Codes: not-found, rule (no impact
// assessment, a form is missing, the survey was closed), sentiment-identity. Opening again only draws what is missing.
func (s *Service) OpenSurvey(ctx context.Context, id string) (Survey, error) {
	const op = "open survey"
	sv, err := s.Survey(ctx, id)
	if err != nil {
		return Survey{}, err
	}
	switch {
	case sv.State == SurveyClosed:
		return Survey{}, errs.New(errs.Rule, op, "survey %s is closed", id).WithHint("请新建一项调查。 Add a new survey.")
	case sv.PIA == "":
		return Survey{}, errs.New(errs.Rule, op, "survey %s names no impact assessment", id).
			WithHint("开放前须完成个人信息保护影响评估，并写入 pia 字段。 Write the impact assessment and name it in the field pia.")
	}
	for _, u := range sv.Forms {
		if s.Snapshot().Latest(u.Form) == nil {
			return Survey{}, errs.New(errs.Rule, op, "form %s of survey %s is not there", u.Form, id).
				WithHint("请先添加表单（ruhu form add）。 Add the form first (ruhu form add).")
		}
	}
	if err := s.checkSentimentForms(sv); err != nil {
		return Survey{}, err
	}
	if sv.State == SurveyPlanned {
		sv.State, sv.OpenedAt = SurveyOpen, clock.Millis(s.Clock.Now())
		if err := s.Catalog.PutSurvey(ctx, sv); err != nil {
			return Survey{}, errs.Wrap(op, err)
		}
		if err := s.reload(ctx, true); err != nil {
			return Survey{}, errs.Wrap(op, err)
		}
	}
	return sv, errs.Wrap(op, s.drawAll(ctx, sv))
}

// CloseSurvey ends the field work: from now the days of the link table count, and the dated jobs of retention are planned.
// What workers began before may still come in. Codes: not-found, rule (it was never open). Closing again is no error.
func (s *Service) CloseSurvey(ctx context.Context, id string) (Survey, error) {
	const op = "close survey"
	sv, err := s.Survey(ctx, id)
	if err != nil {
		return Survey{}, err
	}
	switch sv.State {
	case SurveyPlanned:
		return Survey{}, errs.New(errs.Rule, op, "survey %s was never open", id)
	case SurveyClosed:
		return sv, nil
	}
	sv.State, sv.ClosedAt = SurveyClosed, clock.Millis(s.Clock.Now())
	if err := s.Catalog.PutSurvey(ctx, sv); err != nil {
		return Survey{}, errs.Wrap(op, err)
	}
	for _, p := range plansOf(sv, s.Zone) {
		if err := s.Catalog.PutPlan(ctx, p); err != nil {
			return Survey{}, errs.Wrap(op, err)
		}
	}
	return sv, errs.Wrap(op, s.reload(ctx, true))
}

// Forms returns all form versions in order of adding, with their XML and without the bytes of their files.
func (s *Service) Forms(ctx context.Context) ([]StoredForm, error) {
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(s.known.Load().stored), nil
}

// Form returns a form version with its bytes and files; code not-found.
func (s *Service) Form(ctx context.Context, id, version string) (StoredForm, error) {
	return s.Catalog.Form(ctx, id, version)
}

// CloseForm takes a form version out of use for new records; code not-found.
func (s *Service) CloseForm(ctx context.Context, id, version string) error {
	if err := s.Catalog.CloseForm(ctx, id, version); err != nil {
		return err
	}
	return s.reload(ctx, true)
}

// NoticeFile is the file a form reads the notice in force from; the server makes it of the survey.
const NoticeFile = "notice.csv"

func madeByServer(name string) bool { return name == NoticeFile || name == VillagesFile }

// FormFile returns a file of a form version: an uploaded one, or one the server makes. Code not-found.
func (s *Service) FormFile(ctx context.Context, id, version, name string) (FormFile, error) {
	f, err := s.Catalog.Form(ctx, id, version)
	if err != nil {
		return FormFile{}, err
	}
	for _, file := range f.Files {
		if file.Name == name {
			return file, nil
		}
	}
	if form := s.Snapshot().Get(id, version); form != nil && madeByServer(name) && slices.Contains(form.Attachments, name) {
		return s.makeFile(ctx, id, name)
	}
	return FormFile{}, errs.New(errs.NotFound, "form file", "form %s has no file %s", printable(id), printable(name))
}

// FormFiles lists the files of a stored form version without bytes, those the server makes among them.
func (s *Service) FormFiles(ctx context.Context, f *StoredForm) ([]FormFile, error) {
	list := slices.Clone(f.Files)
	form := s.Snapshot().Get(f.ID, f.Version)
	if form == nil {
		return list, nil
	}
	for _, name := range form.Attachments {
		if !madeByServer(name) || slices.ContainsFunc(f.Files, func(x FormFile) bool { return x.Name == name }) {
			continue
		}
		file, err := s.makeFile(ctx, f.ID, name)
		if errs.CodeOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		file.Bytes = nil
		list = append(list, file)
	}
	return list, nil
}

func (s *Service) makeFile(ctx context.Context, form, name string) (FormFile, error) {
	if name == VillagesFile {
		b, err := s.villagesCSV(ctx)
		if err != nil {
			return FormFile{}, err
		}
		return sealFile(FormFile{Name: name, Bytes: b})
	}
	if sv, _, ok := s.useOf(form); ok {
		if n, has := sv.Notice(); has {
			return sealFile(FormFile{Name: name, Bytes: noticeCSV(n)})
		}
	}
	return FormFile{}, errs.New(errs.NotFound, "form file", "no survey with a notice uses form %s", printable(form))
}

func noticeCSV(n Notice) []byte {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"name", "label", "version", "hash", "zh", "en"})
	_ = w.Write([]string{"current", n.ZH, itoa(n.Version), n.Hash, n.ZH, n.EN})
	w.Flush()
	return []byte(b.String())
}

func sealFile(f FormFile) (FormFile, error) {
	const op = "form file"
	if f.Name == "" || path.Base(f.Name) != f.Name || strings.HasPrefix(f.Name, ".") || strings.ContainsAny(f.Name, "\\/\x00\n\r") || len(f.Name) > limits.IDBytes {
		return FormFile{}, errs.New(errs.Invalid, op, "%q is no file name", printable(f.Name))
	}
	if len(f.Bytes) > limits.AttachmentBytes {
		return FormFile{}, errs.New(errs.TooLarge, op, "%s has %d bytes", f.Name, len(f.Bytes))
	}
	f.Size = int64(len(f.Bytes))
	f.SHA256, f.MD5 = hashFile(f.Bytes)
	return f, nil
}
