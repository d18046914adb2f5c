package submission

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema"
	"ruhu/schema/instance"
	"ruhu/survey"
	"ruhu/sync"
)

// incoming is a post that was read and whose files are durable.
type incoming struct {
	who   Submitter
	form  *schema.Form
	head  instance.Head
	doc   *instance.Document
	inst  *instance.Instance // read by itself; of an encrypted one the envelope's files alone
	body  []byte
	id    Hash // of body
	node  Node // as it would be stored where it is new
	files []FileRef
	log   Log
}

// Receive takes one post: the submission's XML and the files that came with it. It returns when all of it is durable.
// incomplete says that the client marked the post as not its last; it changes nothing, the record exists from the first.
// Codes: submission-unreadable (not a submission), unknown-form (form or version: nothing is kept, the client keeps it),
// too-large, out-of-area (the user has no grid), over-quota, busy, disk-full.
func (s *Service) Receive(ctx context.Context, who Submitter, xml []byte, files Files, incomplete bool) (Outcome, error) {
	const op = "receive submission"
	_ = incomplete
	in, err := s.read(ctx, who, xml)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	known, done, err := s.looked(ctx, in)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	if known.Dropped {
		return known, nil
	}
	if err := s.keepFiles(ctx, in, files); err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	if err := s.keepLongValues(ctx, in); err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	if done && len(in.files) == 0 {
		return known, nil
	}
	r, err := s.merge(ctx, in)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	if err := s.nameFiles(ctx, in, r); err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	for _, record := range r.ended {
		if s.Erased == nil {
			break
		}
		if err := s.Erased(context.WithoutCancel(ctx), record); err != nil {
			return Outcome{}, errs.Wrap(op, err)
		}
	}
	if r.due != nil {
		s.apply(ctx, in.log, r.due, r.Outcome.Record, in.inst.Entities)
	}
	return r.Outcome, nil
}

// read reads a post by itself.
func (s *Service) read(ctx context.Context, who Submitter, xml []byte) (*incoming, error) {
	doc, err := instance.Open(xml)
	if err != nil {
		return nil, err
	}
	in := &incoming{who: who, doc: doc, head: doc.Head(), body: xml, id: HashOf(xml)}
	h := &in.head
	if in.who.Worker == "" {
		in.who.Worker = who.User
	}
	if in.who.Role == "" {
		in.who.Role = sync.RoleWorker
	}
	if !s.Forms.KnownForm(h.FormID, h.Version) {
		return nil, errs.New(errs.UnknownForm, "read submission", "form %q version %q", printable(h.FormID), printable(h.Version)).
			WithHint("服务器没有这个问卷或这个版本，记录仍在手机上；请联系管理员上传后再发送。 The server does not have this form in this version. The record stays on the phone: ask for the form to be added, then send again.")
	}
	in.form = s.Forms.Snapshot().Get(h.FormID, h.Version)
	if in.form == nil {
		return nil, errs.New(errs.Internal, "read submission", "form %q is known and not there", printable(h.FormID))
	}
	if h.InstanceID == "" {
		if h.Encrypted {
			return nil, errs.New(errs.SubmissionUnreadable, "read submission", "an encrypted submission without an instanceID")
		}
		h.InstanceID = "uuid:" + uuidOf("instance", string(in.id[:])) // the same bytes are the same submission
	}
	if h.DeprecatedID == h.InstanceID {
		h.DeprecatedID = ""
	}
	in.node = Node{Instance: h.InstanceID, Parent: h.DeprecatedID}
	if in.inst, err = readDocument(&in.node, in.form, doc); err != nil {
		return nil, err
	}
	in.inst.InstanceID, in.inst.DeprecatedID = h.InstanceID, h.DeprecatedID
	in.log = s.logOf(in.form.ID)
	if len(in.who.Grids) == 0 {
		return nil, errs.New(errs.OutOfArea, "read submission", "the user has no grid").
			WithHint("该账号没有分配网格，记录仍在手机上；请联系街道管理员。 No grid is assigned to this user. The record stays on the phone: ask the street office.")
	}
	grid, err := s.grid(ctx, in)
	if err != nil {
		return nil, err
	}
	in.node.Meta = Meta{Canon: canonical(in.inst, xml), Form: in.form.ID, Version: in.form.Version, User: in.who.User, Worker: in.who.Worker, Role: in.who.Role,
		Street: in.who.Street, Grid: grid, Device: clip(in.who.Device, limits.IDBytes), Encrypted: h.Encrypted}
	return in, nil
}

// looked answers what needs no writing: what was erased, and a post that is here already. done is false where files may
// still be missing or the bytes are others.
func (s *Service) looked(ctx context.Context, in *incoming) (out Outcome, done bool, err error) {
	err = in.log.view(ctx, func(r sync.Reader, known Reader) error {
		out, done = Outcome{}, false
		nodes, err := known.Nodes(in.node.Instance)
		if err != nil {
			return err
		}
		for i := range nodes {
			n := &nodes[i]
			if n.Gone {
				out = Outcome{Stream: string(in.log.Engine.Stream), Record: n.Record, InstanceID: n.Instance, Dropped: true}
				return nil
			}
			if !n.same(in) {
				continue
			}
			out = Outcome{Stream: string(in.log.Engine.Stream), Record: n.Record, InstanceID: n.Instance, Edit: n.Parent != "", Repeat: true, Encrypted: n.Meta.Encrypted}
			out.Missing = n.lacks(in)
			done = (n.Meta.hasBody(in.id) || n.Meta.Withheld) && !n.Due
			return nil
		}
		return nil
	})
	return out, done, err
}

// lacks lists the files a node names that have not come. An edit inherits files: what it lacks is not told here.
func (n *Node) lacks(in *incoming) (out []string) {
	for _, name := range in.inst.Files {
		if _, ok := n.Meta.file(name); !ok && n.Parent == "" {
			out = append(out, name)
		}
	}
	return out
}

// related reports whether a stored node can be of the same record as a post: forms and streets never meet in one.
func (n *Node) related(in *incoming) bool {
	return !n.Gone && n.Meta.Form == in.node.Meta.Form && n.Meta.Street == in.node.Meta.Street
}

// same reports whether a stored node says what a post says.
func (n *Node) same(in *incoming) bool {
	return n.related(in) && n.Instance == in.node.Instance && n.Meta.Canon == in.node.Meta.Canon && n.Meta.Served == nil
}

// keepFiles stores what came with a post, one file after the other.
func (s *Service) keepFiles(ctx context.Context, in *incoming, files Files) error {
	if files == nil {
		return nil
	}
	for f, err := range files {
		if err != nil {
			return err
		}
		name := baseName(f.Name)
		if name == "" {
			continue
		}
		if len(in.files) == limits.SubmissionFiles {
			return errs.New(errs.OverQuota, "keep files", "more than %d files in one post", limits.SubmissionFiles)
		}
		blob, size, err := s.Blobs.PutStream(ctx, extOf(name), limits.AttachmentBytes, f.Content)
		if err != nil {
			return err
		}
		in.files = append(in.files, FileRef{Name: name, Blob: blob, Size: size})
	}
	return nil
}

// keepLongValues makes files of values that are too long for a register.
func (s *Service) keepLongValues(ctx context.Context, in *incoming) error {
	for i := range in.inst.Values {
		v := &in.inst.Values[i]
		if !tooLong(v.Text) || isFile(in.form.Lookup(v.Path)) {
			continue
		}
		blob, size, err := s.Blobs.PutStream(ctx, "txt", limits.AttachmentBytes, strings.NewReader(v.Text))
		if err != nil {
			return err
		}
		in.node.Meta.Files = append(in.node.Meta.Files, FileRef{Name: longName(v.Path), Blob: blob, Size: size})
	}
	return nil
}

// nameFiles lets those who see the record download what came, and ends what came for a record that was erased meanwhile.
func (s *Service) nameFiles(ctx context.Context, in *incoming, r merged) error {
	refs := slices.Concat(in.files, in.node.Meta.Files, r.moved)
	o := r.Outcome
	for _, f := range refs {
		err := s.Blobs.Name(ctx, o.Stream, o.Record, f.Blob)
		if err != nil && errs.CodeOf(err) != errs.NotFound { // erased meanwhile
			return err
		}
	}
	if o.Dropped && len(refs) > 0 {
		return s.Blobs.Erase(context.WithoutCancel(ctx), o.Stream, o.Record)
	}
	return nil
}

// grid returns where a new record lies: what the form says, what its case says, the village, else the user's first.
func (s *Service) grid(ctx context.Context, in *incoming) (string, error) {
	named := map[string]string{}
	for i := range in.inst.Values {
		v := &in.inst.Values[i]
		name := v.Path[strings.LastIndexByte(v.Path, '/')+1:]
		switch name {
		case "grid_code", "village_code", survey.CaseQuestion:
			if v.Text != "" && named[name] == "" && !strings.Contains(v.Path, "[") {
				named[name] = strings.TrimSpace(v.Text)
			}
		}
	}
	grids := in.who.Grids
	if slices.Contains(grids, named["grid_code"]) {
		return named["grid_code"], nil
	}
	if no := named[survey.CaseQuestion]; no != "" && s.Cases != nil {
		grid, ok, err := s.Cases(ctx, no)
		if err != nil {
			return "", err
		}
		if ok && slices.Contains(grids, grid) {
			return grid, nil
		}
	}
	if village := named["village_code"]; village != "" {
		for _, g := range grids {
			if survey.VillageOf(g) == village {
				return g, nil
			}
		}
	}
	return grids[0], nil
}

// baseName drops what a client put before a file's name; "" where there is none that can be kept.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." || len(name) > 512 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return ""
	}
	return name
}

// extOf returns the ending under which a file is kept: one to eight small letters and digits.
func extOf(name string) string {
	ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	if len(ext) == len(name) || ext == "" || len(ext) > 8 {
		return "bin"
	}
	for i := 0; i < len(ext); i++ {
		if c := ext[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "bin"
		}
	}
	return ext
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// printable keeps what a client sent short enough for a message.
func printable(s string) string { return clip(s, 80) }
