package acceptance_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/server/openrosa/collect"
	"ruhu/server/servertest"
	"ruhu/store/keys"
	"ruhu/survey/submission"
	replica "ruhu/sync/phone"
)

// sower gives out words that stand nowhere else, by where they are planted.
type sower struct {
	t     *testing.T
	words map[string][]string
	n     int
}

// word draws the next: ASCII and Chinese in turn.
func (w *sower) word(place string) string {
	var b [12]byte
	_, err := rand.Read(b[:])
	require.NoError(w.t, err)
	var word []rune
	if w.n%2 == 0 {
		for _, c := range b {
			word = append(word, 'a'+rune(c)%26)
		}
	} else {
		for i := 0; i < len(b); i += 2 {
			word = append(word, 0x4e00+rune(binary.BigEndian.Uint16(b[i:]))%0x5000)
		}
	}
	w.n++
	w.words[place] = append(w.words[place], string(word))
	return string(word)
}

func (w *sower) all(but ...string) (list []string) {
	for place, words := range w.words {
		if !slices.Contains(but, place) {
			list = append(list, words...)
		}
	}
	slices.Sort(list)
	return list
}

// Forty words stand in every place where a word of a respondent can come to lie. A scanner finds all of them before the
// records are erased, none anywhere afterwards; in the backup of the day before they are readable with the old keys, and not with
// those of today.
func TestErasedWordsAreInNoByte(t *testing.T) {
	s := start(t)
	seed := &sower{t: t, words: map[string][]string{}}
	author, stranger := s.handset(street1, "何二十"), s.handset(street1, "吕二一")

	id := author.interview(words, seed.word("answer"), "extra1", seed.word("answer"), "extra2", seed.word("answer"), "extra3", seed.word("answer"),
		"extra4", seed.word("answer"), road, seed.word("answer"), "members[r1]/name", seed.word("row"), "members[r2]/name", seed.word("row"),
		"long", strings.Repeat("路", 3000)+seed.word("answer"))
	author.sync()
	for range 3 {
		author.edit(id, words, seed.word("history"), "extra1", seed.word("history"))
	}
	author.edit(id, words, seed.word("answer"), "extra1", "1")
	author.sync()
	office := s.desk("reviewer-1")
	office.review(id, office.record(id).Ctx, "return", map[string]any{"comment": seed.word("comment"),
		"fields": map[string]string{road: seed.word("comment"), words: seed.word("comment"), water: seed.word("comment")}}).Want(200)
	r := office.record(id)
	office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{words: seed.word("answer")}, "reason": seed.word("reason")}).Want(200)
	author.sync()

	// Another worker writes of the record without being asked: quarantined, and what follows waits.
	raw := s.Enrol(s.Code(street1, "施二二"))
	first := raw.Set(id, form, s.Version, raw.Grids[0], nil, map[string]string{words: seed.word("quarantine"), "extra5": seed.word("quarantine"), "extra6": seed.word("quarantine")})
	raw.Push(first)
	office.handOver(id, raw.User)
	raw.Pull()
	second := raw.Set(id, form, s.Version, raw.Grids[0], nil, map[string]string{words: seed.word("waiting"), "extra5": seed.word("waiting"), "extra6": seed.word("waiting")})
	verdicts, _ := raw.Push(second)
	require.EqualValues(t, "waiting", verdicts[0].Status)
	third := raw.Set(id, form, s.Version, raw.Grids[0], nil, map[string]string{words: seed.word("discarded")})
	raw.Push(third)
	require.Len(t, scan(t, s.Dir, seed.words["discarded"]).found, 1)
	held := office.quarantine(street1)
	require.Len(t, held, 3)
	require.Len(t, s.held(id), 3)
	office.Post("/v1/quarantine/"+held[2].ID, map[string]string{"act": "discard", "reason": seed.word("reason")}).Want(204)

	// Attachments: plain, packed, and in UTF-16; one is still on its way.
	var le []byte
	for _, u := range utf16.Encode([]rune(seed.word("attachment"))) {
		le = binary.LittleEndian.AppendUint16(le, u)
	}
	photo := append([]byte("\x89PNG\r\n\x1a\n"+seed.word("attachment")), le...)
	photo = append(photo, bytes.Repeat([]byte{1, 2, 3}, 50_000)...) // over several chunks
	photo = append(photo, []byte(seed.word("attachment"))...)
	photo = append(append(photo, gzipped(t, seed.word("attachment"))...), zstded(t, seed.word("attachment"))...)
	hash, withPhoto := s.attach(s.Phones[street1], photo, words, seed.word("answer"))
	on := s.begin(s.Phones[street1], []byte("\x89PNG\r\n\x1a\n"+seed.word("upload")+seed.word("upload")+strings.Repeat("x", 5000)), words, seed.word("answer"))

	// The visit log lies in the other stream.
	visit, err := author.New(replica.Registry, servertest.VisitLog, s.Version, author.Status().Grids[0])
	require.NoError(t, err)
	visit.Set("remark", seed.word("registry"))
	visit.Set("remark2", seed.word("registry"))
	_, err = visit.Submit(t.Context())
	require.NoError(t, err)
	author.sync()
	posted := s.posted(seed)
	neighbour := (&sower{t: t, words: map[string][]string{}}).word("neighbour")
	stays := stranger.interview(words, neighbour)
	stranger.sync()

	// A correction file with free text lies ready.
	var job api.Export
	office.Post("/v1/exports", map[string]any{"form": form, "format": "xlsx", "correction": true}).Want(202).JSON(&job)
	require.Eventually(t, func() bool {
		s.desk("reviewer-1").Get("/v1/exports/" + job.ID).Want(200).JSON(&job)
		return job.State == "done"
	}, 20*time.Second, 10*time.Millisecond)

	words := seed.all("discarded") // what was discarded went at once
	require.Empty(t, scan(t, s.Dir, seed.words["discarded"]).found)
	require.GreaterOrEqual(t, len(words), 40)
	before := scan(t, s.Dir, words)
	require.Equal(t, words, before.list(), "control: the scanner finds every word")
	places := map[string]bool{}
	for _, at := range before.found {
		for _, p := range at {
			places[p] = true
		}
	}
	folder := author.everything()
	require.True(t, strings.Contains(folder, seed.words["answer"][0]) && strings.Contains(folder, seed.words["comment"][0]), "control: the phone has them")

	backup, oldKeys, newKeys := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "old.keys"), filepath.Join(t.TempDir(), "new.keys")
	_, err = s.App.Whole().Backup(t.Context(), backup, nil)
	require.NoError(t, err)
	_, err = s.App.Whole().BackupKeys(oldKeys)
	require.NoError(t, err)

	s.erase(id, withPhoto, on, visit.Record(), posted)

	require.Eventually(t, func() bool { // the prepared file goes within moments
		list, err := filepath.Glob(filepath.Join(s.Dir, "exports", "*"))
		return err == nil && len(list) == 0
	}, 10*time.Second, 10*time.Millisecond)
	after := scan(t, s.Dir, append(words, neighbour))
	require.Equal(t, []string{neighbour}, after.list(), "no byte of the live directory, and the neighbour's word is still found: %v", after.found)
	_, err = s.App.Whole().BackupKeys(newKeys)
	require.NoError(t, err)

	for _, record := range []string{id, withPhoto, on, posted} {
		for _, path := range []string{"", "/history"} {
			a := s.desk("reviewer-1").Get("/v1/records/" + record + path)
			require.Equal(t, "erased", a.Code(), "%s", a.Body)
		}
	}
	require.Empty(t, s.desk("reviewer-1").quarantine(street1))
	s.desk("reviewer-1").Get("/v1/attachments/" + hash).Problem("not-found")
	require.NotEqual(t, 200, s.desk("reviewer-1").Get("/v1/exports/"+job.ID+"/file").Status)
	author.sync()
	stranger.sync()
	for _, h := range []*handset{author, stranger} {
		folder := h.everything()
		for _, w := range words {
			require.False(t, strings.Contains(folder, w), "on a phone")
		}
	}
	// What arrives late is stripped.
	late := raw.Set(id, form, s.Version, raw.Grids[0], nil, map[string]string{"extra5": seed.words["quarantine"][0]})
	verdicts, _ = raw.Push(late)
	require.EqualValues(t, "erased", verdicts[0].Code)
	require.Empty(t, scan(t, s.Dir, words).found)

	// The backup of the day before.
	kept := seed.all("upload", "discarded") // unfinished uploads are in no backup
	sealed, err := os.ReadFile(backup)
	require.NoError(t, err)
	for _, w := range words {
		require.False(t, bytes.Contains(sealed, []byte(w)), "the backup itself is sealed")
	}
	old := s.unpack(backup, oldKeys)
	require.Equal(t, kept, scan(t, old, kept).list(), "control: with the keys of that day they are all readable")
	require.NoError(t, os.RemoveAll(filepath.Join(old, "keys")))
	x, err := os.Open(newKeys)
	require.NoError(t, err)
	exported, err := keys.ReadExport(x)
	require.NoError(t, err)
	require.NoError(t, x.Close())
	ring, err := exported.Install(filepath.Join(old, "keys"), rand.Reader)
	require.NoError(t, err)
	require.NoError(t, ring.Close())
	shut := scan(t, old, append(kept, neighbour))
	require.Equal(t, []string{neighbour}, shut.list(), "the same bytes with the keys of today: %v", shut.found)
	require.NotZero(t, shut.shut)
	require.Equal(t, []string{neighbour}, scan(t, s.unpack(backup, newKeys), append(kept, neighbour)).list(), "nor by a restore with them")
	require.Equal(t, neighbour, *s.desk("reviewer-1").record(stays).Answers["concern_txt"])
	t.Logf("%d words in %d kinds of place (%d messages opened), found before: all; after: 0, on the phones 0; old backup: %d with the old keys, 0 with the new ones (%d messages stay shut)",
		len(words), len(places), before.opened, len(kept), shut.shut)
}

// posted has a Collect app send a record with files, asked for and not, and words that are no answers; then an edit of an edit
// that has not come yet, which makes a record of its own until it comes.
func (s *site) posted(seed *sower) (record string) {
	s.t.Helper()
	s.AddForm(servertest.XForm("posted", "1", ""), nil)
	app := s.Collect(s.AppUser(street1, "李 秀"), "collect:e")
	send := func(instance, replaces, photo string, files ...collect.File) {
		xml := servertest.Filled("posted", "1", "uuid:"+instance, replaces, seed.word("post"), "1", photo, "")
		xml = strings.Replace(xml, "<words>", "<!-- "+seed.word("post")+" --><nowhere>"+seed.word("post")+"</nowhere><words>", 1)
		for range 2 {
			_, err := app.Submit(s.t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(xml), Files: files})
			require.NoError(s.t, err)
		}
	}
	send("e1", "", "a.jpg", collect.File{Name: "a.jpg", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff" + seed.word("post"))},
		collect.File{Name: seed.word("post") + ".csv", Type: "text/csv", Bytes: []byte(seed.word("post"))})
	send("e3", "uuid:e2", "a.jpg")
	send("e2", "uuid:e1", "a.jpg")
	return submission.RecordID("uuid:e1")
}

// held is how many lines of a record have not taken their turn.
func (s *site) held(record string) (list []api.QuarantineItem) {
	for _, q := range s.desk("reviewer-1").quarantine(street1) {
		if q.Record == record {
			list = append(list, q)
		}
	}
	return list
}

// begin has a phone write a record that names a photo, of which only half arrives.
func (s *site) begin(p *servertest.Phone, photo []byte, pairs ...string) (record string) {
	s.t.Helper()
	return s.upload(p, photo, len(photo)/2, pairs...)
}

// unpack restores a backup and returns the folder.
func (s *site) unpack(backup, keyFile string) string {
	s.t.Helper()
	dir := filepath.Join(s.t.TempDir(), "restored")
	s.restoreInto(dir, backup, keyFile, "")
	return dir
}

func gzipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := fmt.Fprintf(z, "%s%s", strings.Repeat("padding ", 40), text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func zstded(t *testing.T, text string) []byte {
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return z.EncodeAll([]byte(strings.Repeat("padding ", 40)+text+strings.Repeat(" padding", 40)), nil)
}
