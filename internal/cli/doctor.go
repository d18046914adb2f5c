package cli

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ruhu/internal/config"
	"ruhu/internal/errs"
)

type doctorCmd struct {
	URL   string `arg:"" optional:"" help:"The public URL a phone would open."`
	Probe string `help:"Only ask whether this URL answers 200, for health checks." placeholder:"URL"`
}

type finding struct {
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Hint string `json:"hint,omitempty"`
}

// Run opens the URL as a phone would and says what a phone would miss. It fails when something is missing.
func (c doctorCmd) Run(e *env) error {
	const op = "doctor"
	if c.Probe != "" {
		res, err := fetch(e.ctx, c.Probe)
		if err != nil {
			return errs.WrapCode(errs.Internal, op, err)
		}
		if res.StatusCode != http.StatusOK {
			return errs.New(errs.Internal, op, "%s answers %d", c.Probe, res.StatusCode)
		}
		return nil
	}
	if c.URL == "" {
		return errs.New(errs.Usage, op, "no URL").WithHint("ruhu doctor https://ruhu.example")
	}
	failed := 0
	for _, f := range diagnose(e.ctx, strings.TrimRight(c.URL, "/")) {
		mark := "ok     "
		if !f.OK {
			mark, failed = "MISSING", failed+1
		}
		text := mark + "  " + f.What + "\n"
		if !f.OK && f.Hint != "" {
			text += "         " + f.Hint + "\n"
		}
		if err := e.print(f, "%s", text); err != nil {
			return err
		}
	}
	if failed > 0 {
		return errs.New(errs.Rule, op, "a phone would miss %d things", failed)
	}
	return nil
}

func fetch(ctx context.Context, url string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return res, res.Body.Close()
}

func diagnose(ctx context.Context, base string) []finding {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return []finding{{What: "the URL can be read", Hint: "write it as https://HOST[:PORT]"}}
	}
	secure := u.Scheme == "https" || config.Loopback(u.Hostname())
	list := []finding{{OK: secure, What: "secure context: service worker, camera, WebCrypto",
		Hint: "browsers give these on https:// and localhost only: use --tls-cert and --tls-key"}}
	res, err := fetch(ctx, base+"/readyz")
	list = append(list, finding{OK: err == nil && res.StatusCode == http.StatusOK, What: "the server is reached and ready",
		Hint: "is it running, and does the certificate's CA stand on this machine?"})
	if err != nil {
		return list
	}
	_, at := res.Header["Content-Security-Policy"]
	list = append(list, finding{OK: at, What: "security headers arrive", Hint: "a proxy in between removes them"})
	res, err = fetch(ctx, base+"/v1/sync/pull")
	list = append(list, finding{OK: err == nil && res.StatusCode == http.StatusUnauthorized, What: "the sync API answers and asks who is there",
		Hint: "a proxy in between does not pass /v1/"})
	if u.Scheme == "https" {
		res, err = fetch(ctx, base+"/healthz")
		list = append(list, finding{OK: err == nil && res.Header.Get("Strict-Transport-Security") != "", What: "browsers are told to stay on https",
			Hint: "behind a proxy: give --behind-proxy, and have it set X-Forwarded-Proto"})
	}
	return list
}
