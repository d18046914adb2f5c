package server

import (
	"bytes"
	"context"
	"io"
	"slices"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/server/api"
	"ruhu/sync/wire"
)

// PushPacks takes a file of packs that somebody carries, and merges them in their order. One that cannot be taken holds back
// nothing but what its own phone wrote later.
func (s *Server) PushPacks(ctx context.Context, req api.PushPacksRequestObject) (api.PushPacksResponseObject, error) {
	c := callOf(ctx)
	file, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, errs.WrapCode(errs.BadRequest, "packs", err)
	}
	packs, err := wire.SplitPacks(file)
	if err != nil {
		return nil, err
	}
	out := api.PacksTaken{Items: make([]api.PackTaken, 0, len(packs))}
	stored := 0
	for _, pack := range packs {
		if err := ctx.Err(); err != nil {
			return nil, errs.WrapCode(errs.Interrupted, "packs", err)
		}
		t := s.takePack(ctx, c, pack)
		stored += t.Merged + t.Waiting + t.Quarantined
		out.Items = append(out.Items, t)
	}
	c.saw("packs", c.principal.Area, "", stored)
	return api.PushPacks200JSONResponse(out), nil
}

// takePack merges one pack and says what became of its lines: counts and codes, nothing of what is in it.
func (s *Server) takePack(ctx context.Context, c *call, pack []byte) (t api.PackTaken) {
	refuse := func(err error) api.PackTaken {
		p := problem(c, err)
		t.Code, t.Title, t.Hint = p.Code, p.Title, p.Hint
		return t
	}
	t.Codes = []string{}
	body, err := s.openPack(pack)
	if err != nil {
		return refuse(err)
	}
	push, err := s.pushOf(ctx, c, body, true)
	if err != nil {
		if code := errs.CodeOf(err); code == errs.OutOfArea || code == errs.Forbidden || code == errs.NotFound {
			s.auth.Note(ctx, c.principal.Entry(auth.PacksPush, "", "", 0, err))
		}
		return refuse(err)
	}
	t.Device, t.Street = push.author.Device, push.author.Street
	t.Worker = s.Survey.WorkerCode(t.Street, push.author.Worker)
	var answer bytes.Buffer
	res, err := push.run(&answer)
	t.Merged, t.Duplicate, t.Waiting, t.Quarantined, t.Void, t.Refused, t.Fork = res.Merged, res.Duplicate, res.Waiting, res.Quarantined, res.Void, res.Refused, res.Fork
	for line := range bytes.Lines(answer.Bytes()) {
		v, _, perr := wire.ParseAnswer(bytes.TrimSpace(line))
		if perr == nil && v.Code != "" && !slices.Contains(t.Codes, string(v.Code)) {
			t.Codes = append(t.Codes, string(v.Code))
		}
	}
	if err != nil {
		return refuse(err)
	}
	return t
}
