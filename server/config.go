package server

import (
	"crypto/ecdh"
	"crypto/tls"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/openrosa"
	"ruhu/server/uploads"
	"ruhu/survey"
	"ruhu/survey/entity"
	"ruhu/sync"
)

// Config is what a Server is made of. All services are required; the rest has defaults.
type Config struct {
	Auth        *auth.Service
	Answers     *sync.Service
	Registry    *sync.Service
	Puller      *sync.Puller
	Broker      *sync.Broker
	Survey      *survey.Service
	Attachments Attachments
	Uploads     *uploads.Store // unfinished uploads
	Records     survey.Records
	Summaries   Summaries
	Releases    survey.Releases
	Exports     Exports
	Health      Health
	Submissions openrosa.Submissions // takes what Collect and Enketo post
	Entities    openrosa.Entities    // nil = they get no entity lists
	Posts       Posts                // what they posted, for the office
	Lists       *entity.Service      // entity lists for the office

	// PackKey opens packs that phones seal for this server; nil = packs are not taken.
	PackKey *ecdh.PrivateKey

	Clock clock.Clock
	Rand  io.Reader
	Log   *slog.Logger

	// Phone is the built phone app, each compressed file also as NAME.br and NAME.gz; nil = this program was compiled without it.
	Phone fs.FS
	// Office is the built office console, likewise; nil = the plain pages stand in for it.
	Office fs.FS

	// PublicURL is how phones reach the server: https://HOST. Empty = as the request came.
	PublicURL string
	// BehindProxy trusts X-Forwarded-For and X-Forwarded-Proto from TrustedProxies (default: loopback and private networks).
	BehindProxy    bool
	TrustedProxies []netip.Prefix
	// TLS makes Serve speak TLS.
	TLS *tls.Config
	// Enketo is where the office edits records; the zero value is none.
	Enketo Enketo
	// Demo marks every page as invented data.
	Demo bool
	// Version is shown by healthz.
	Version string
	// SyncPerMinute is how many requests a minute one phone may make; 0 = limits.SyncPerMinute. Benchmarks raise it.
	SyncPerMinute int
	// PersonPerSecond is how many requests a second one account may make; 0 = 20. The demo raises it.
	PersonPerSecond int
}

func (c *Config) check() error {
	const op = "server"
	missing := ""
	for _, need := range []struct {
		name string
		ok   bool
	}{
		{"Auth", c.Auth != nil}, {"Answers", c.Answers != nil}, {"Registry", c.Registry != nil}, {"Puller", c.Puller != nil},
		{"Broker", c.Broker != nil}, {"Survey", c.Survey != nil}, {"Attachments", c.Attachments != nil}, {"Uploads", c.Uploads != nil},
		{"Summaries", c.Summaries != nil}, {"Exports", c.Exports != nil}, {"Releases", c.Releases != nil}, {"Records", c.Records != nil}, {"Health", c.Health != nil}, {"Submissions", c.Submissions != nil}, {"Posts", c.Posts != nil}, {"Lists", c.Lists != nil},
		{"Clock", c.Clock != nil}, {"Rand", c.Rand != nil},
	} {
		if !need.ok {
			missing += " " + need.name
		}
	}
	if missing != "" {
		return errs.New(errs.Internal, op, "missing:%s", missing)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.PersonPerSecond == 0 {
		c.PersonPerSecond = 20
	}
	if c.SyncPerMinute == 0 {
		c.SyncPerMinute = limits.SyncPerMinute
	}
	if len(c.TrustedProxies) == 0 {
		c.TrustedProxies = defaultProxies()
	}
	return nil
}
