package survey

import (
	"context"
	"io"
	gosync "sync"
	"sync/atomic"
	"time"

	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/schema"
	"ruhu/schema/xform"
	"ruhu/sync"
	"ruhu/sync/wire"
)

// Config is what a Service is made of. Catalog, Registry, Links, Clock, Rand and WorkerKey are required; streams are given
// by Attach, because the engines need the Service's projector first.
type Config struct {
	Catalog  Catalog
	Registry Registry
	Links    Links
	People   People
	// Attachments may be nil: nothing is reported missing.
	Attachments Attachments
	Clock       clock.Clock
	Rand        io.Reader
	// WorkerKey makes worker codes: 32 secret bytes, kept for as long as codes are to stay the same.
	WorkerKey []byte
	// Zone is where civil dates are read; nil = Asia/Shanghai.
	Zone *time.Location
	// Erased hears of every record that was erased, when its log has forgotten it: what was made of it elsewhere goes too. It
	// may hear of one again. nil = nobody.
	Erased func(ctx context.Context, record string) error
	// Receipt hears of every retention job that was done; nil = nobody. It writes the audit log.
	Receipt func(ctx context.Context, p Plan)
}

// Service is the domain as the server and the command line use it. Safe for concurrent use. Permission is decided by the
// caller (auth); a Service limits what is seen to the actor's area and refuses what no role may do.
type Service struct {
	Config
	answers  Stream
	registry Stream

	known    atomic.Pointer[catalogue]
	rules    ruleBook
	alike    duplicates
	loading  gosync.Mutex
	indexing gosync.Mutex
}

// catalogue is what is known of surveys and forms at one moment.
type catalogue struct {
	version uint64
	surveys []Survey
	forms   *schema.Forms
	stored  []StoredForm
	uses    map[string]use // form id -> its use in the survey that counts
}

type use struct {
	survey int
	use    FormUse
	info   FormInfo
}

// New loads surveys and forms and returns the service.
func New(ctx context.Context, c Config) (*Service, error) {
	const op = "survey"
	if c.Catalog == nil || c.Registry == nil || c.Links == nil || c.Clock == nil || c.Rand == nil || len(c.WorkerKey) < 32 {
		return nil, errs.New(errs.Internal, op, "catalog, registry, links, clock, randomness and a worker key of 32 bytes are required")
	}
	if c.Zone == nil {
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			zone = time.FixedZone("UTC+8", 8*3600)
		}
		c.Zone = zone
	}
	s := &Service{Config: c}
	return s, errs.Wrap(op, s.reload(ctx, true))
}

// Attach gives the service its streams. Call once, before use.
func (s *Service) Attach(answers, registry Stream) { s.answers, s.registry = answers, registry }

// Projector returns the projection for engines and stores of both streams.
func (s *Service) Projector() sync.Projector {
	return NewProjector(ProjectorConfig{Forms: s.Snapshot, Info: s.Info, WorkerKey: s.WorkerKey, Zone: s.Zone, rules: &s.rules})
}

// Snapshot returns the forms of the moment; it never changes.
func (s *Service) Snapshot() *schema.Forms { return s.known.Load().forms }

// Info returns how a survey uses a form; false where none does. An open survey counts before a planned or closed one.
func (s *Service) Info(form string) (FormInfo, bool) {
	u, ok := s.known.Load().uses[form]
	return u.info, ok
}

// KnownForm reports whether the server has a form version; it looks again where it does not know it, because another
// process may have added it a moment ago.
func (s *Service) KnownForm(form, version string) bool {
	if s.Snapshot().Get(form, version) != nil {
		return true
	}
	if err := s.Refresh(context.Background()); err != nil {
		return false
	}
	return s.Snapshot().Get(form, version) != nil
}

// KindOf returns the kind under which a registry record of a form is sent to phones.
func (s *Service) KindOf(form string) wire.Kind {
	switch info, _ := s.Info(form); info.Kind {
	case KindFollowup:
		return wire.KindFollowup
	case KindCandidate:
		return wire.KindCandidate
	}
	return wire.KindVisit
}

// Refresh loads surveys and forms again where another process changed them. Cheap when nothing changed; call it every few
// seconds.
func (s *Service) Refresh(ctx context.Context) error { return s.reload(ctx, false) }

func (s *Service) reload(ctx context.Context, force bool) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	version, _, err := s.Catalog.Version(ctx, "")
	if err != nil {
		return err
	}
	before := s.known.Load()
	if before != nil && before.version == version && !force {
		return nil
	}
	next := &catalogue{version: version, uses: map[string]use{}}
	if next.surveys, err = s.Catalog.Surveys(ctx); err != nil {
		return err
	}
	if next.stored, err = s.Catalog.Forms(ctx); err != nil {
		return err
	}
	next.forms = new(schema.Set).Snapshot()
	for i := range next.stored {
		f := &next.stored[i]
		var form *schema.Form
		if before != nil { // parsed forms are kept: plans made for them stay good
			if old := before.forms.Get(f.ID, f.Version); old != nil && old.Hash() == f.SHA256 {
				form = old
			}
		}
		if form == nil {
			if form, _, err = xform.Read(f.XML); err != nil {
				return errs.Wrap("load form "+f.ID, err)
			}
		}
		if next.forms, err = next.forms.With(form); err != nil {
			return errs.Wrap("load form "+f.ID, err)
		}
	}
	for _, state := range [...]State{SurveyClosed, SurveyPlanned, SurveyOpen} { // later ones win
		for i := range next.surveys {
			sv := &next.surveys[i]
			if sv.State != state {
				continue
			}
			for _, u := range sv.Forms {
				next.uses[u.Form] = use{survey: i, use: u, info: sv.InfoOf(u)}
			}
		}
	}
	s.known.Store(next)
	return nil
}

// useOf returns the survey that counts for a form.
func (s *Service) useOf(form string) (Survey, FormUse, bool) {
	k := s.known.Load()
	u, ok := k.uses[form]
	if !ok {
		return Survey{}, FormUse{}, false
	}
	return k.surveys[u.survey], u.use, true
}

// today returns the civil date of now.
func (s *Service) today() string { return CivilDate(clock.Millis(s.Clock.Now()), s.Zone) }

// code returns the worker code of a worker or office user in a street.
func (s *Service) code(street, worker string) string { return WorkerCode(s.WorkerKey, street, worker) }

// WorkerCode returns the name office roles see for a worker or user in a street.
func (s *Service) WorkerCode(street, worker string) string { return s.code(street, worker) }
