package acceptance_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/survey"
)

// Somebody stops the server, copies yesterday's files over today's and starts it again, without a word to anybody. The
// server begins a new epoch by itself, as soon as its journal or the first phone shows that there was more, and phones
// bring back everything. In one way they arrive, the hardest comes first: who edited what another wrote.
func TestFolderRolledBackByCopyIsRefilled(t *testing.T) {
	for _, c := range []struct {
		name string
		keep func(name string) bool // of the old files, copied over the new ones
		wipe bool                   // the new files go first
	}{
		{"whole folder", everything, true},
		{"all but the journal", func(n string) bool { return n != "journal" && !strings.HasPrefix(n, "journal/") }, false},
		{"answers.db alone", func(n string) bool { return strings.HasPrefix(n, "answers.db") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			author, second, quiet := s.handset(street1, "周五"), s.handset(street1, "吴六"), s.handset(street2, "郑七")
			old := author.interview(road, "1")
			doomed := author.interview(road, "2", words, "要被删除的话")
			code, hash := withdrawalCode(t)
			withdrawn := author.interview("@withdrawal", hash, road, "3")
			faraway := quiet.interview(road, "3")
			for _, h := range s.phones {
				h.sync()
			}
			s.desk("reviewer-1").handOver(old, author.worker()+" "+second.worker())
			for _, h := range s.phones {
				h.sync()
			}

			backup := filepath.Join(t.TempDir(), "yesterday")
			s.restart(func() { copyFiles(t, backup, s.Dir, everything) })
			s.signOut()
			epoch := s.epoch()

			// Today.
			author.edit(old, road, "2")
			author.sync()
			second.sync()
			second.edit(old, road, "4", words, "看见了作者的答案") // over an answer the old files do not have
			today := second.interview(water, "2")
			second.sync()
			author.interview(road, "1")
			author.sync()
			quiet.edit(faraway, water, "1")
			quiet.sync()
			s.erase(doomed)
			s.desk("registrar-1").Post("/v1/withdrawals", map[string]string{"code": code}).Want(204)
			for range 2 {
				for _, h := range s.phones {
					h.sync()
				}
			}
			before := s.digests()
			require.Len(t, before, 4)

			s.restart(func() {
				if c.wipe {
					require.NoError(t, os.RemoveAll(s.Dir))
				}
				for _, name := range []string{"answers.db-wal", "answers.db-shm"} {
					require.NoError(t, os.RemoveAll(filepath.Join(s.Dir, name)))
				}
				copyFiles(t, s.Dir, backup, c.keep)
			})
			s.signOut()
			require.NotEqual(t, before, s.digests(), "the folder is yesterday's")
			atStart := s.epoch()

			// The one who saw the other's lost answer has written over it meanwhile, and comes first.
			second.edit(old, road, "3")
			for range 3 {
				for _, h := range []*handset{second, quiet, author} {
					h.sync()
				}
			}
			require.NotEqual(t, epoch, s.epoch(), "a new epoch")
			require.Empty(t, s.desk("reviewer-1").quarantine(street1))
			after := s.digests()
			require.NotEqual(t, before[old], after[old], "one more edit")
			delete(before, old)
			delete(after, old)
			require.Equal(t, before, after)
			wrote := s.desk("reviewer-1").history(old)
			for _, v := range []string{"1", "2", "3", "4"} {
				require.Equal(t, 1, wrote[road+"="+v], "road=%s", v)
			}
			require.Empty(t, s.desk("reviewer-1").record(old).Conflicts, "each had seen the one before")
			require.Equal(t, "3", author.shown(old, road))
			for _, id := range []string{doomed, withdrawn} {
				require.True(t, s.state(id).Erased, "erased stays erased")
				s.desk("reviewer-1").Get("/v1/records/" + id).Problem("erased")
			}
			for _, h := range s.phones {
				require.Zero(t, h.Status().Unsent)
				require.True(t, h.Status().Complete)
				require.Equal(t, s.epoch(), h.Status().Epoch)
				require.Equal(t, 0, h.Status().Forks)
			}
			s.requireSame(old, author, second)
			s.requireSame(today, second)
			t.Logf("%s: epoch %s became %s (%s); %d digests as and answers as before, 2 erased stayed erased, nothing in quarantine", c.name, epoch, s.epoch(),
				map[bool]string{true: "noticed at the start", false: "noticed by the first phone"}[atStart != epoch], len(before)+1)
		})
	}
}

// withdrawalCode draws a code as the phone does: what it shows, and what it stores.
func withdrawalCode(t *testing.T) (code, hash string) {
	t.Helper()
	code, err := survey.DrawWithdrawalCode(rand.Reader)
	require.NoError(t, err)
	return code, survey.WithdrawalHash(code)
}
