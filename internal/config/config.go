// Package config holds the settings of `ruhu serve` in one struct: flags over RUHU_* environment over
// file over defaults (the command line does the layering), printed without secrets.
package config

import (
	"net"
	"net/url"
	"strings"
	"time"

	"ruhu/internal/errs"
)

// Serve is what the server needs to know.
type Serve struct {
	Data        string // the data directory: the whole state
	Listen      string // host:port of the public listener
	Admin       string // host:port of the metrics and profile listener, loopback; "" = off
	PublicURL   string // what phones open, for enrolment links; "" = derived from Listen
	TLSCert     string
	TLSKey      string
	BehindProxy bool   // a trusted proxy in front ends TLS and sets X-Forwarded-For
	EnketoURL   string // Enketo in which the office edits records; "" = none
	EnketoKey   string // of its API
	Zone        string // IANA name of the zone in which civil dates are shown
	Demo        bool   // every page and export says 演示数据
}

// Check refuses settings that would put answers on the wire in the clear, or that cannot work. Codes: rule, usage.
func (s Serve) Check() error {
	const op = "check settings"
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return errs.New(errs.Usage, op, "--listen %q is not host:port", s.Listen)
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errs.New(errs.Usage, op, "--tls-cert and --tls-key go together")
	}
	if !Loopback(host) && s.TLSCert == "" && !s.BehindProxy {
		return errs.New(errs.Rule, op, "%s is not a loopback address and there is no TLS", s.Listen).
			WithHint("give --tls-cert and --tls-key, or --behind-proxy when a proxy on this machine ends TLS")
	}
	if s.Admin != "" {
		admin, _, err := net.SplitHostPort(s.Admin)
		if err != nil || !Loopback(admin) {
			return errs.New(errs.Usage, op, "--admin %q must be a loopback host:port", s.Admin)
		}
	}
	if err := s.checkEnketo(); err != nil {
		return err
	}
	if _, err := time.LoadLocation(s.Zone); err != nil {
		return errs.New(errs.Usage, op, "--zone %q is not known", s.Zone)
	}
	return nil
}

// checkEnketo: whole records go there.
func (s Serve) checkEnketo() error {
	const op = "check settings"
	if (s.EnketoURL == "") != (s.EnketoKey == "") {
		return errs.New(errs.Usage, op, "--enketo-url and --enketo-key go together")
	}
	if s.EnketoURL == "" {
		return nil
	}
	u, err := url.Parse(s.EnketoURL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https":
		return errs.New(errs.Usage, op, "--enketo-url is not http(s)://HOST")
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return errs.New(errs.Rule, op, "records would go to Enketo in the clear").WithHint("give an https address, or run Enketo on this machine")
	}
	return nil
}

// URL returns what a person opens.
func (s Serve) URL() string {
	if s.PublicURL != "" {
		return strings.TrimRight(s.PublicURL, "/")
	}
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + s.Listen
}

// Loopback reports whether a host is this machine only.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
