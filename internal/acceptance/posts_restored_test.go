package acceptance_test

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/server/openrosa/collect"
	"ruhu/server/servertest"
	"ruhu/store/sqlite/logdb"
	"ruhu/survey/submission"
	"ruhu/sync"
	"ruhu/sync/crdt"
)

// shown is what a record holds, path by path; nil where it is erased or not there.
func (s *site) shown(record string) map[string][]string {
	s.t.Helper()
	var state *crdt.State
	require.NoError(s.t, s.App.AnswersLog.View(s.t.Context(), func(r sync.Reader) error {
		rec, ok, err := r.Record(record)
		if ok && !rec.State.Erased {
			state = rec.State
		}
		return err
	}))
	if state == nil {
		return nil
	}
	out := map[string][]string{}
	for path := range state.Visible {
		var values []string
		for _, w := range state.Siblings(path) {
			if !slices.Contains(values, w.Value) {
				values = append(values, w.Value)
			}
		}
		slices.Sort(values)
		out[path] = values
	}
	return out
}

// recordsOf lists the live records to which an instance belongs.
func (s *site) recordsOf(instance string) (out []string) {
	s.t.Helper()
	require.NoError(s.t, s.App.AnswersLog.View(s.t.Context(), func(r sync.Reader) error {
		known, err := logdb.SubmissionReader(r)
		if err != nil {
			return err
		}
		nodes, err := known.Nodes(instance)
		for _, n := range nodes {
			if !n.Gone {
				out = append(out, n.Record)
			}
		}
		return err
	}))
	return out
}

// The disk dies, and yesterday's backup is put back. Collect apps send what they still have, in whatever order: the records
// are what they were, what belongs together is one record again, and what was erased stays erased.
func TestPostsAreSentAgainAfterARestore(t *testing.T) {
	for name, keysOfToday := range map[string]bool{"keys of yesterday": false, "keys of today": true} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.AddForm(servertest.XForm("posted", "1", ""), nil)
			account := s.AppUser(street1, "李 秀")
			app := s.Collect(account, "collect:r")
			type sent struct {
				instance, replaces, words, road string
				files                           []collect.File
			}
			send := func(p sent) {
				t.Helper()
				photo := ""
				if p.replaces == "" {
					photo = "a.jpg"
				}
				xml := servertest.Filled("posted", "1", p.instance, p.replaces, p.words, p.road, photo, "")
				_, err := app.Submit(t.Context(), collect.Instance{FileName: "a.xml", XML: []byte(xml), Files: p.files})
				require.NoError(t, err)
			}
			photo := []collect.File{{Name: "a.jpg", Type: "image/jpeg", Bytes: jpegBytes}}
			itsOwn := []collect.File{{Name: "a.jpg", Type: "image/jpeg", Bytes: append(slices.Clone(jpegBytes), " of one record alone"...)}}
			hash := sha256.Sum256(itsOwn[0].Bytes)
			lies := func() error {
				_, err := s.App.Blobs.Stat(t.Context(), hex.EncodeToString(hash[:]))
				return err
			}
			before := []sent{
				{"uuid:r", "", "根", "1", nil}, {"uuid:r1", "uuid:r", "改一", "1", nil},
				{"uuid:q", "", "另一户", "1", photo}, {"uuid:q2", "uuid:q1", "另一户", "2", nil}, // q1 is still on its way
				{"uuid:d", "", "要删除", "1", itsOwn}, {"uuid:d2", "uuid:d1", "要删除二", "1", nil},
			}
			for _, p := range before {
				send(p)
			}
			require.NoError(t, lies())
			backup, keyFile := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "keys")
			_, err := s.App.Whole().Backup(t.Context(), backup, nil)
			require.NoError(t, err)
			if !keysOfToday {
				_, err = s.App.Whole().BackupKeys(keyFile)
				require.NoError(t, err)
			}
			since := []sent{
				{"uuid:r2", "uuid:r", "改二", "2", nil}, {"uuid:r", "", "根", "1", photo},
				{"uuid:q1", "uuid:q", "另一户", "1", nil},
				{"uuid:d1", "uuid:d", "要删除一", "1", nil},
				{"uuid:n", "", "新", "1", photo},
			}
			for _, p := range since {
				send(p)
			}
			s.erase(submission.RecordID("uuid:d"))
			late := sent{"uuid:d3", "uuid:d2", "要删除三", "1", nil}
			send(late)
			families := []string{"uuid:r", "uuid:q", "uuid:n"}
			want := map[string]map[string][]string{}
			for _, f := range families {
				require.Equal(t, []string{submission.RecordID(f)}, s.recordsOf(f))
				want[f] = s.shown(submission.RecordID(f))
				require.NotEmpty(t, want[f])
			}
			require.Equal(t, s.recordsOf("uuid:q"), s.recordsOf("uuid:q2"))
			require.Len(t, want["uuid:r"]["words"], 2)
			if keysOfToday {
				_, err = s.App.Whole().BackupKeys(keyFile)
				require.NoError(t, err)
			}

			s.restart(func() {
				lost := s.Dir
				s.Dir = filepath.Join(t.TempDir(), "new")
				s.restoreInto(s.Dir, backup, keyFile, filepath.Join(lost, "journal"))
			})
			require.Equal(t, errs.NotFound, errs.CodeOf(lies()), "the backup's copy of an erased record's picture went too")
			s.signOut()
			app.ServerURL = s.URL + app.ServerURL[strings.Index(app.ServerURL, "/openrosa"):]
			again := append(append(slices.Clone(before), since...), late)
			slices.Reverse(again)
			for range 2 {
				for _, p := range again {
					send(p)
				}
			}
			for _, f := range families {
				require.Equal(t, []string{submission.RecordID(f)}, s.recordsOf(f))
				require.Equal(t, want[f], s.shown(submission.RecordID(f)), f)
			}
			require.Equal(t, s.recordsOf("uuid:q"), s.recordsOf("uuid:q2"))
			for _, gone := range []string{"uuid:d", "uuid:d1", "uuid:d2", "uuid:d3"} {
				require.Empty(t, s.recordsOf(gone))
				require.Nil(t, s.shown(submission.RecordID(gone)))
			}
		})
	}
}

var jpegBytes = []byte("\xff\xd8\xff\xe0 a photo")
