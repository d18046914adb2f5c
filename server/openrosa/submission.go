package openrosa

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema/instance"
	"ruhu/survey/submission"
	"ruhu/sync"
)

// acceptLength is what clients are told a post may hold; they split what is larger, but send one large file as it is.
var acceptLength = strconv.Itoa(limits.OpenRosaAdvised)

// Names of the parts of a post.
const (
	partXML        = "xml_submission_file"
	partIncomplete = "*isIncomplete*"
)

// submission answers HEAD with the length that is taken, and takes what is posted.
func (x *exchange) submission() error {
	if x.r.Method != http.MethodPost {
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	x.steady.begin(x)
	x.r.Body = http.MaxBytesReader(x.w, x.r.Body, limits.OpenRosaBytes)
	p := post{x: x}
	err := p.open()
	if err == nil {
		err = p.receive()
	}
	if err != nil {
		return bodyError(err)
	}
	x.respond(http.StatusCreated, "submit_success", x.thanks(p.outcome))
	return nil
}

// bodyError gives what went wrong while a body was read its code.
func bodyError(err error) error {
	const op = "read submission"
	var tooLarge *http.MaxBytesError
	var coded *errs.Error
	switch {
	case errors.As(err, &tooLarge):
		return errs.WrapCode(errs.TooLarge, op, err)
	case errors.As(err, &coded):
		return err
	}
	return &errs.Error{Code: errs.BadRequest, Op: op, Hint: "上传中断或不完整，请重新发送。 The upload broke off or is damaged: send it again.", Err: err}
}

// post is one POST of a submission as it is read.
type post struct {
	x          *exchange
	parts      *multipart.Reader // nil where the body is the XML itself
	xml        []byte
	early      []submission.File // that came before the XML, whole
	incomplete bool
	outcome    submission.Outcome
	err        error // of the parts behind the XML
}

// open reads up to the XML. Known clients send it first; files before it are held, within bounds.
func (p *post) open() error {
	const op = "read submission"
	if enc := p.x.r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return errs.New(errs.UnsupportedMedia, op, "the body is packed")
	}
	media, params, err := mime.ParseMediaType(p.x.r.Header.Get("Content-Type"))
	switch {
	case err == nil && (media == "text/xml" || media == "application/xml"):
		p.xml, err = readXML(p.x.body())
		return err
	case err != nil || media != "multipart/form-data" || params["boundary"] == "":
		return errs.New(errs.UnsupportedMedia, op, "the body is not multipart/form-data")
	}
	p.parts = multipart.NewReader(p.x.body(), params["boundary"])
	held := 0
	for p.xml == nil {
		part, err := p.parts.NextPart()
		if errors.Is(err, io.EOF) {
			return errs.New(errs.BadRequest, op, "the part %s is missing", partXML)
		}
		if err != nil {
			return err
		}
		if part.FormName() == partXML {
			if p.xml, err = readXML(part); err != nil {
				return err
			}
			break
		}
		name, isFile := p.look(part)
		if !isFile {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, int64(limits.OpenRosaHeld-held)+1))
		if err != nil {
			return err
		}
		if held += len(b); held > limits.OpenRosaHeld {
			return errs.New(errs.TooLarge, op, "more than %d bytes come before the part %s", limits.OpenRosaHeld, partXML)
		}
		p.early = append(p.early, submission.File{Name: name, Content: bytes.NewReader(b)})
	}
	return nil
}

// look tells the parts that are files; it notes the mark of a post that is not the last. Fields of other names, such as a
// token against forgery, mean nothing here.
func (p *post) look(part *multipart.Part) (name string, isFile bool) {
	if part.FormName() == partIncomplete {
		p.incomplete = true
		return "", false
	}
	name = fileName(part)
	return name, name != ""
}

// fileName returns what a part calls its file: without folders, in UTF-8 whatever the client wrote it in. "" = no file.
func fileName(part *multipart.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	name := params["filename"]
	if strings.HasPrefix(name, "=?") {
		if plain, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = plain
		}
	}
	if !utf8.ValidString(name) {
		name = fromLatin1(name)
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == ".." || name == "/" || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return ""
	}
	return name
}

func fromLatin1(text string) string {
	out := make([]rune, len(text))
	for i := range len(text) {
		out[i] = rune(text[i])
	}
	return string(out)
}

func readXML(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limits.SubmissionBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > limits.SubmissionBytes:
		return nil, errs.New(errs.TooLarge, "read submission", "the XML has more than %d bytes", limits.SubmissionBytes)
	case len(b) == 0:
		return nil, errs.New(errs.BadRequest, "read submission", "the XML is empty")
	}
	return b, nil
}

// files yields what comes behind the XML as it arrives.
func (p *post) files(yield func(submission.File, error) bool) {
	for _, f := range p.early {
		if !yield(f, nil) {
			return
		}
	}
	for p.parts != nil {
		part, err := p.parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(submission.File{}, bodyError(err))
			return
		}
		if part.FormName() == partXML {
			if err := p.again(part); err != nil {
				yield(submission.File{}, err)
				return
			}
			continue
		}
		if name, isFile := p.look(part); isFile && !yield(submission.File{Name: name, Content: part}, nil) {
			return
		}
	}
}

// again reads an XML part that stands twice: the same bytes are no fault.
func (p *post) again(part *multipart.Part) error {
	b, err := readXML(part)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, p.xml) {
		return errs.New(errs.BadRequest, "read submission", "two different parts %s", partXML)
	}
	return nil
}

// receive hands the post over. What stands behind the files must have been read before the answer is given: a post that was
// cut is no post.
func (p *post) receive() error {
	x := p.x
	who, err := p.submitter()
	if err != nil {
		return err
	}
	outcome, err := x.Submissions.Receive(x.r.Context(), who, p.xml, p.files, p.incomplete)
	if errs.CodeOf(err) == errs.UnknownForm {
		return p.unknownForm(err)
	}
	p.outcome = outcome
	return err
}

// submitter is who posts. One who edits in Enketo may post edits of the record that was handed out, and nothing else.
func (p *post) submitter() (submission.Submitter, error) {
	who := p.x.report.Principal
	if p.x.edit == nil {
		device, _ := p.x.query("deviceID")
		return submission.Submitter{User: who.Device, Worker: who.UserID, Role: sync.RoleWorker, Street: who.Street, Grids: who.Grids, Device: clientID(device)}, nil
	}
	head, err := instance.Peek(p.xml)
	if err != nil {
		return submission.Submitter{}, err
	}
	if head.DeprecatedID != p.x.edit.Instance {
		return submission.Submitter{}, &errs.Error{Code: errs.Rule, Op: "submission", Msg: "not an edit of the record that was handed out",
			Hint: "请从办公页面重新打开该记录再修改。 Open the record from the office page again to edit it."}
	}
	return submission.Submitter{User: who.UserID, Role: sync.RoleReviewer, Street: who.Street, Grids: []string{p.x.edit.Grid}}, nil
}

// clientID is what a client calls itself; a very long one is cut.
func clientID(id string) string {
	if len(id) > limits.IDBytes {
		id = id[:limits.IDBytes]
	}
	return strings.ToValidUTF8(id, "")
}

// unknownForm names what the server does not have, so that whoever reads it knows whom to ask.
func (p *post) unknownForm(err error) error {
	head, perr := instance.Peek(p.xml)
	if perr != nil {
		return err
	}
	id, version := clientID(head.FormID), clientID(head.Version)
	hint := "服务器没有表单 " + id + "（版本 " + version + "）。记录留在手机上，请街道办添加该版本后重新发送。"
	if p.x.Lang == "en" {
		hint = "The server has no form " + id + " (version " + version + "). The record stays on the phone: ask the office to add that version, then send again."
	}
	return &errs.Error{Code: errs.UnknownForm, Op: "submission", Hint: hint, Err: err}
}

// thanks says what became of a post.
func (x *exchange) thanks(o submission.Outcome) string {
	zh, en := "已收到。", "Received."
	switch {
	case o.Dropped:
		zh, en = "该记录已被删除，未再保存。", "This record was erased; nothing was kept."
	case o.Changed:
		zh, en = "已收到；与先前同号的提交不同，两份都已保存，由街道办处理。", "Received; it differs from an earlier one of the same id. Both are kept for the office."
	case o.Repeat:
		zh, en = "此前已收到。", "Received before."
	case o.Edit:
		zh, en = "修改已收到。", "The edit was received."
	}
	if n := len(o.Missing); n > 0 && !o.Dropped {
		names := o.Missing[:min(n, 3)]
		zh += " 尚缺附件 " + strconv.Itoa(n) + " 个：" + strings.Join(names, "、") + more(n, "等。", "。")
		en += " Still missing " + strconv.Itoa(n) + " file(s): " + strings.Join(names, ", ") + more(n, " and others.", ".")
	}
	if x.Lang == "en" {
		return en
	}
	return zh
}

func more(n int, many, few string) string {
	if n > 3 {
		return many
	}
	return few
}
