package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"ruhu/internal/errs"
)

// Password of every demo account. Demo servers listen on this machine only.
const Password = "walk-every-house"

// office is a person at a desk: an account's token and the routes of the contract.
type office struct {
	base  string
	token string
	http  *http.Client
}

// problem is what a refusal looks like.
type problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func signIn(ctx context.Context, base, login string) (*office, error) {
	o := &office{base: base, http: &http.Client{Timeout: 60 * time.Second}}
	var got struct {
		AccessToken string `json:"access_token"`
	}
	err := o.call(ctx, http.MethodPost, "/v1/auth/login", map[string]any{"username": login, "password": Password}, &got)
	o.token = got.AccessToken
	return o, err
}

// call sends v as JSON and reads the answer into out; a refusal becomes an error with its code.
func (o *office) call(ctx context.Context, method, path string, v, out any) error {
	op := method + " " + path
	var body io.Reader
	if v != nil {
		b, err := json.Marshal(v)
		if err != nil {
			return errs.Wrap(op, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, o.base+path, body)
	if err != nil {
		return errs.Wrap(op, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", uuid.NewString())
	if o.token != "" {
		req.Header.Set("Authorization", "Bearer "+o.token)
	}
	res, err := o.http.Do(req)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		var p problem
		_ = json.NewDecoder(res.Body).Decode(&p)
		return errs.New(errs.Code(p.Code), op, "status %d: %s", res.StatusCode, p.Detail)
	}
	if out == nil {
		_, err := io.Copy(io.Discard, res.Body)
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, json.NewDecoder(res.Body).Decode(out))
}

// brief is a line of the list of records.
type brief struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// records calls fn for each record of a filter, page by page.
func (o *office) records(ctx context.Context, filter url.Values, fn func(brief) error) error {
	for cursor := ""; ; {
		q := url.Values{"limit": {"200"}}
		for k, v := range filter {
			q[k] = v
		}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var page struct {
			Items []brief `json:"items"`
			Next  string  `json:"next"`
		}
		if err := o.call(ctx, http.MethodGet, "/v1/records?"+q.Encode(), nil, &page); err != nil {
			return err
		}
		for _, b := range page.Items {
			if err := fn(b); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// page is a record as the office sees it.
type page struct {
	ID        string             `json:"id"`
	Status    string             `json:"status"`
	Conflicts []string           `json:"conflicts"`
	Answers   map[string]*string `json:"answers"`
	Ctx       string             `json:"ctx"`
	Siblings  map[string][]struct {
		Value *string `json:"value"`
	} `json:"siblings"`
}

func (o *office) record(ctx context.Context, id string) (p page, err error) {
	return p, o.call(ctx, http.MethodGet, "/v1/records/"+id, nil, &p)
}

func (o *office) review(ctx context.Context, p page, decision, comment string, fields map[string]string) error {
	v := map[string]any{"ctx": p.Ctx, "decision": decision}
	if comment != "" {
		v["comment"] = comment
	}
	if len(fields) > 0 {
		v["fields"] = fields
	}
	return o.call(ctx, http.MethodPost, "/v1/records/"+p.ID+"/review", v, nil)
}

func (o *office) change(ctx context.Context, p page, set map[string]string, reason string) error {
	return o.call(ctx, http.MethodPost, "/v1/records/"+p.ID+"/changes", map[string]any{"ctx": p.Ctx, "set": set, "reason": reason}, nil)
}

func (o *office) withdraw(ctx context.Context, code string) error {
	return o.call(ctx, http.MethodPost, "/v1/withdrawals", map[string]any{"code": code}, nil)
}

func (o *office) release(ctx context.Context, street, form, note string) error {
	return o.call(ctx, http.MethodPost, fmt.Sprintf("/v1/streets/%s/releases", street), map[string]any{"form": form, "note": note}, nil)
}
