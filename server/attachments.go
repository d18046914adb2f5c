package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"ruhu/auth"
	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/server/uploads"
)

const attachmentPrefix = "/v1/attachments/"

// Names of upload metadata. The first two come from the client, the third is the server's.
const (
	metaName   = "filename"
	metaRecord = "record"
	metaDevice = "device"
)

// tusUploads speaks tus 1.0 over the store of unfinished uploads.
type tusUploads struct {
	s     *Server
	store *uploads.Store
	tus   *handler.UnroutedHandler
	serve http.Handler
}

func (s *Server) newTus(store *uploads.Store) (*tusUploads, error) {
	t := &tusUploads{s: s, store: store}
	composer := handler.NewStoreComposer()
	store.UseIn(composer)
	memorylocker.New().UseIn(composer)
	var err error
	t.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer:             composer,
		BasePath:                  attachmentPrefix,
		MaxSize:                   limits.AttachmentBytes,
		DisableDownload:           true,
		DisableConcatenation:      true,
		Cors:                      &handler.CorsConfig{Disable: true},
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)),
		NetworkTimeout:            limits.ReadTimeout,
		PreUploadCreateCallback:   t.begin,
		PreFinishResponseCallback: t.finish,
	})
	if err != nil {
		return nil, errs.WrapCode(errs.Internal, "uploads", err)
	}
	t.serve = http.StripPrefix(attachmentPrefix[:len(attachmentPrefix)-1], t.tus.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			t.tus.PostFile(w, r)
		case http.MethodHead:
			t.tus.HeadFile(w, r)
		case http.MethodPatch:
			t.tus.PatchFile(w, r)
		case http.MethodDelete:
			t.tus.DelFile(w, r)
		}
	})))
	return t, nil
}

// serveTus is the handler of every operation tagged tus.
func (s *Server) serveTus(ec echo.Context) error {
	r := ec.Request()
	c := callOf(r.Context())
	if r.Method != http.MethodOptions && c.principal.Device == "" {
		return errs.New(errs.Forbidden, "upload", "only an enrolled phone uploads")
	}
	if id := ec.Param("id"); id != "" {
		if err := s.tus.ownedBy(r.Context(), id, c.principal.Device); err != nil {
			return err
		}
	}
	control := http.NewResponseController(ec.Response())
	_ = control.SetWriteDeadline(s.sockets.Now().Add(limits.ReadTimeout + limits.WriteTimeout))
	r.Header.Del("X-HTTP-Method-Override") // the method decided who may call
	w := &tusAnswer{ResponseWriter: ec.Response(), c: c, s: s}
	s.tus.serve.ServeHTTP(w, r)
	if c.uploadErr != nil {
		return c.uploadErr
	}
	return w.refused
}

// ownedBy hides uploads of other devices.
func (t *tusUploads) ownedBy(ctx context.Context, id, device string) error {
	const op = "upload"
	up, err := t.store.GetUpload(ctx, id)
	if errors.Is(err, handler.ErrNotFound) {
		return errs.New(errs.NotFound, op, "no such upload")
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	info, err := up.GetInfo(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if info.MetaData[metaDevice] != device {
		return errs.New(errs.NotFound, op, "an upload of another device")
	}
	return nil
}

// tusAnswer turns tusd's refusals into problems, and its absolute addresses into paths of this server.
type tusAnswer struct {
	http.ResponseWriter
	c       *call
	s       *Server
	refused error
}

func (w *tusAnswer) WriteHeader(status int) {
	h := w.Header()
	if loc := h.Get("Location"); loc != "" {
		if i := strings.Index(loc, attachmentPrefix); i >= 0 {
			h.Set("Location", loc[i:])
		}
	}
	if status < 400 {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if w.refused == nil {
		code := map[int]errs.Code{
			http.StatusNotFound: errs.NotFound, http.StatusRequestEntityTooLarge: errs.TooLarge, http.StatusConflict: errs.Conflict,
			http.StatusForbidden: errs.Forbidden, http.StatusUnsupportedMediaType: errs.UnsupportedMedia, http.StatusLocked: errs.Conflict,
			http.StatusGone: errs.NotFound,
		}[status]
		if code == "" {
			code = errs.BadRequest
		}
		if status >= 500 {
			code = errs.Internal
		}
		w.refused = errs.New(code, "upload", "tus: %d", status)
	}
	h.Del("Content-Length")
	h.Del("Content-Type")
}

func (w *tusAnswer) Write(b []byte) (int, error) {
	if w.refused != nil {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach deadlines.
func (w *tusAnswer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refuse hands tusd an error of ours; the answer is written from the call.
func refuse(ctx context.Context, err error) error {
	callOf(ctx).uploadErr = err
	entry, _ := errs.Lookup(errs.CodeOf(err))
	return handler.Error{ErrorCode: "ERR_RUHU", Message: "refused", HTTPResponse: handler.HTTPResponse{StatusCode: max(entry.HTTP, http.StatusBadRequest)}}
}

// begin checks an upload before its first byte: its name, its size, and that the device wrote to the record.
func (t *tusUploads) begin(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	const op = "begin upload"
	none, nothing := handler.HTTPResponse{}, handler.FileInfoChanges{}
	c := callOf(hook.Context)
	name, record := hook.Upload.MetaData[metaName], hook.Upload.MetaData[metaRecord]
	hash, ext, ok := splitName(name)
	switch {
	case !ok:
		return none, nothing, refuse(hook.Context, errs.New(errs.Invalid, op, "filename is not sha256-<64 hex>.<ext>"))
	case record == "" || len(record) > limits.IDBytes:
		return none, nothing, refuse(hook.Context, errs.New(errs.Invalid, op, "record is missing"))
	case hook.Upload.SizeIsDeferred || hook.Upload.Size <= 0:
		return none, nothing, refuse(hook.Context, errs.New(errs.Invalid, op, "Upload-Length is missing"))
	case !knownExtension(ext):
		return none, nothing, refuse(hook.Context, errs.New(errs.UnsupportedMedia, op, "files of this kind are not taken: %s", hash[:8]))
	}
	if err := t.s.Attachments.MayUpload(hook.Context, c.principal.Device, record, name, hook.Upload.Size); err != nil {
		return none, nothing, refuse(hook.Context, err)
	}
	meta := handler.MetaData{metaName: name, metaRecord: record, metaDevice: c.principal.Device}
	return none, handler.FileInfoChanges{MetaData: meta}, nil
}

// finish hands a whole upload over: its hash must be the one in its name, its bytes of the kind its name says.
func (t *tusUploads) finish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	const op = "finish upload"
	ctx := hook.Context
	accept := func() error {
		up, err := t.store.GetUpload(ctx, hook.Upload.ID)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := checkMagic(ctx, up, hook.Upload.MetaData[metaName]); err != nil {
			return err
		}
		r, err := up.GetReader(ctx)
		if err != nil {
			return errs.Wrap(op, err)
		}
		defer func() { _ = r.Close() }()
		m := hook.Upload.MetaData
		return t.s.Attachments.Accept(ctx, m[metaDevice], m[metaRecord], m[metaName], r, hook.Upload.Size)
	}
	err := accept()
	switch errs.CodeOf(err) {
	case "":
		err = t.store.Accepted(ctx, hook.Upload.ID)
	case errs.Invalid, errs.UnsupportedMedia, errs.NotFound, errs.Erased:
		// It will never be right: begin again.
		_ = t.store.Remove(ctx, hook.Upload.ID)
	}
	if err != nil {
		return handler.HTTPResponse{}, refuse(ctx, err)
	}
	return handler.HTTPResponse{}, nil
}

func checkMagic(ctx context.Context, up handler.Upload, name string) error {
	r, err := up.GetReader(ctx)
	if err != nil {
		return errs.Wrap("check upload", err)
	}
	defer func() { _ = r.Close() }()
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return errs.Wrap("check upload", err)
	}
	_, ext, _ := splitName(name)
	if !looksLike(ext, head[:n]) {
		return errs.New(errs.UnsupportedMedia, "check upload", "the bytes are not %s", ext)
	}
	return nil
}

// splitName reads sha256-<64 hex>.<ext>.
func splitName(name string) (hash, ext string, ok bool) {
	rest, found := strings.CutPrefix(name, "sha256-")
	hash, ext, dot := strings.Cut(rest, ".")
	ok = found && dot && isHash(hash) && len(ext) >= 1 && len(ext) <= 8 && strings.Trim(ext, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
	return hash, ext, ok
}

// getAttachment sends the bytes of an attachment, or a range of them, to those who may see a record that names it.
func (s *Server) getAttachment(ec echo.Context) error {
	const op = "attachment"
	r := ec.Request()
	c := callOf(r.Context())
	hash := ec.Param("id")
	if !isHash(hash) {
		return errs.New(errs.NotFound, op, "not a hash")
	}
	list, err := s.Attachments.Stat(r.Context(), hash)
	if err != nil {
		return errs.Wrap(op, err)
	}
	a, ok := firstSeen(c.principal, list)
	if !ok {
		err := errs.New(errs.NotFound, op, "no record the caller may see names it")
		s.auth.Note(r.Context(), c.principal.Entry(auth.AttachmentsRead, hash, "", 0, err))
		return err
	}
	f, err := s.Attachments.Open(r.Context(), a)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer func() { _ = f.Close() }()
	if err := s.auth.Record(r.Context(), c.principal.Entry(auth.AttachmentsRead, a.Record, a.Grid, 1, nil)); err != nil {
		return err
	}
	h := ec.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+a.Name+`"`)
	h.Set("Content-Type", "application/octet-stream")
	h.Set("ETag", `"`+a.Hash+`"`)
	h.Set("Cache-Control", "private, no-store")
	s.serveFile(ec, f)
	return nil
}

// firstSeen returns the first record's attachment that the caller may see.
func firstSeen(p auth.Principal, list []Attachment) (Attachment, bool) {
	for _, a := range list {
		if p.Role == auth.Worker {
			if a.Visible(p.UserID, p.Street) {
				return a, true
			}
			continue
		}
		if auth.Authorize(p, auth.AttachmentsRead, a.Grid) == nil {
			return a, true
		}
	}
	return Attachment{}, false
}

// serveFile sends a file with ranges. The deadline moves with the bytes, so that a slow line is no failure.
func (s *Server) serveFile(ec echo.Context, f io.ReadSeeker) {
	w := &slowWriter{Response: ec.Response(), s: s, control: http.NewResponseController(ec.Response())}
	http.ServeContent(w, ec.Request(), "", time.Time{}, f)
}

// slowWriter moves the write deadline on with every write.
type slowWriter struct {
	*echo.Response
	s       *Server
	control *http.ResponseController
}

func (w *slowWriter) Write(b []byte) (int, error) {
	_ = w.control.SetWriteDeadline(w.s.sockets.Now().Add(limits.WriteTimeout))
	return w.Response.Write(b)
}
