package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/server/openrosa"
)

// Enketo is the web form server in which the office edits records.
type Enketo struct {
	URL  string       // without a slash at the end; "" = none
	Key  string       // of its API
	HTTP *http.Client // nil = one that waits enketoWait
}

// enketoWait bounds the call to Enketo, which is to be near.
const enketoWait = 10 * time.Second

// EditURL hands a record out and asks the configured Enketo for a page in which it can be edited.
func (s *Server) EditURL(ctx context.Context, req api.EditURLRequestObject) (api.EditURLResponseObject, error) {
	const op = "edit in Enketo"
	c := callOf(ctx)
	v, err := s.Survey.Record(ctx, actor(c.principal), req.ID)
	if err != nil {
		return nil, s.deniedRecord(ctx, c, auth.RecordsChange, req.ID, err)
	}
	if s.Enketo.URL == "" {
		return nil, errs.New(errs.Rule, op, "no Enketo is configured").WithHint("ruhu serve --enketo-url URL --enketo-key KEY")
	}
	back := req.Body.ReturnURL
	if back != "" && (!strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.Contains(back, `\`)) {
		return nil, errs.New(errs.Invalid, op, "return_url is a path of this server")
	}
	row, ok, err := s.Records.Record(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errs.New(errs.Rule, op, "the record is not among the answers")
	}
	sheet, err := s.Posts.Instance(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	token, err := s.auth.SealEdit(c.principal, auth.EditGrant{Record: req.ID, Grid: row.Grid, Instance: sheet.InstanceID,
		Form: sheet.Form, Version: sheet.Version})
	if err != nil {
		return nil, err
	}
	public := strings.TrimRight(s.publicURL(c), "/")
	base := public + openrosa.Prefix + "/edit/" + token
	form := url.Values{"server_url": {base}, "form_id": {sheet.Form}, "instance": {string(sheet.XML)}, "instance_id": {sheet.InstanceID}}
	if back != "" {
		form.Set("return_url", public+back)
	}
	for _, f := range sheet.Files {
		form.Set("instance_attachments["+f.Name+"]", base+"/instance/"+url.PathEscape(f.Name))
	}
	c.saw(req.ID, v.Village, "edit", 1)
	at, err := s.askEnketo(ctx, form)
	if err != nil {
		return nil, err
	}
	return api.EditURL201JSONResponse{URL: at}, nil
}

// askEnketo makes the call. What Enketo answers is not passed on: it might quote the record.
func (s *Server) askEnketo(ctx context.Context, form url.Values) (string, error) {
	const op = "edit in Enketo"
	ctx, cancel := context.WithTimeout(ctx, enketoWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(s.Enketo.URL, "/")+"/api/v2/instance", strings.NewReader(form.Encode()))
	if err != nil {
		return "", errs.New(errs.Rule, op, "the address of Enketo cannot be read")
	}
	req.SetBasicAuth(s.Enketo.Key, "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := s.Enketo.HTTP
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		return "", errs.New(errs.Busy, op, "Enketo does not answer")
	}
	defer res.Body.Close()
	var answer struct {
		EditURL string `json:"edit_url"`
	}
	_ = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&answer) // a status speaks for itself
	at, err := url.Parse(answer.EditURL)
	switch {
	case res.StatusCode == http.StatusCreated && err == nil && (at.Scheme == "https" || at.Scheme == "http"):
		return answer.EditURL, nil
	case res.StatusCode == http.StatusMethodNotAllowed:
		return "", errs.New(errs.Conflict, op, "the record is being edited").WithHint("请半分钟后再试。 Try again in half a minute.")
	case res.StatusCode == http.StatusRequestEntityTooLarge:
		return "", errs.New(errs.TooLarge, op, "Enketo does not take a record of this size").WithHint("Raise “payload limit” in Enketo's configuration.")
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return "", errs.New(errs.Rule, op, "Enketo does not accept the key").WithHint("ruhu serve --enketo-key; and Enketo's “linked form and data server” must allow this server's address")
	}
	return "", errs.New(errs.Busy, op, "Enketo answers %s", strconv.Itoa(res.StatusCode))
}
