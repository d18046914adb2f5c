package journal_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/errs"
	"ruhu/store/journal"
	"ruhu/sync"
)

func TestMain(m *testing.M) {
	if play, ok := plays[os.Getenv("RUHU_JOURNAL_PLAY")]; ok {
		if err := play(os.Getenv("RUHU_JOURNAL_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// plays are what this test binary does as another process.
var plays = map[string]func(dir string) error{"append": playAppend, "forever": playForever, "full": playFull}

func playAppend(dir string) error {
	j, err := journal.Open(dir, testClock())
	if err != nil {
		return err
	}
	me := fmt.Sprintf("dv_%d", os.Getpid())
	for n := range uint64(150) {
		if err := j.Append(journal.Entry{Kind: journal.Discard, Stream: sync.Answers, Device: me, Seq: n + 1}); err != nil {
			return err
		}
		if err := j.Note(sync.Answers, []sync.Head{headOf(me, n+1)}); err != nil {
			return err
		}
		if n%40 == 0 {
			if _, err := j.Heads(sync.Answers); err != nil {
				return err
			}
		}
	}
	return j.Close()
}

// playForever says what it was promised until it is killed.
func playForever(dir string) error {
	j, err := journal.Open(dir, testClock())
	if err != nil {
		return err
	}
	for n := uint64(1); ; n++ {
		record := fmt.Sprintf("rec_%d_%d", os.Getpid(), n)
		if err := j.ForSync(sync.Answers).Append(sync.JournalEntry{Kind: sync.JournalErase, Stream: sync.Answers, Record: record}); err != nil {
			return err
		}
		if err := j.Note(sync.Answers, []sync.Head{headOf("990101001", n)}); err != nil {
			return err
		}
		fmt.Println(record)
	}
}

// playFull runs into a full disk in the middle of a line, then gets room again.
func playFull(dir string) error {
	j, err := journal.Open(dir, testClock())
	if err != nil {
		return err
	}
	add := func(record string) error {
		return j.Append(journal.Entry{Kind: journal.Erase, Stream: sync.Answers, Record: record, Reason: strings.Repeat("r", 300)})
	}
	if err := add("before"); err != nil {
		return err
	}
	st, err := os.Stat(filepath.Join(dir, "facts.ndjson"))
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	// Room for the tail file, and for a part of the next line.
	small := syscall.Rlimit{Cur: uint64(max(st.Size()+100, 1024)), Max: limit.Max}
	for uint64(st.Size()) < small.Cur-450 {
		if err := add("filler"); err != nil {
			return err
		}
		if st, err = os.Stat(filepath.Join(dir, "facts.ndjson")); err != nil {
			return err
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		return err
	}
	if add("too much") == nil {
		return fmt.Errorf("an entry was taken beyond the limit")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := add("after"); err != nil {
		return err
	}
	return j.Close()
}

func child(t *testing.T, play, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "RUHU_JOURNAL_PLAY="+play, "RUHU_JOURNAL_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

func testClock() clock.Clock { return clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)) }

func headOf(street string, seq uint64) sync.Head {
	h := sync.Head{Street: street, Seq: seq}
	copy(h.Chain[:], fmt.Sprintf("%s@%d", street, seq))
	return h
}

func open(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, testClock())
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

func erase(t *testing.T, j *journal.Journal, record string) {
	t.Helper()
	require.NoError(t, j.ForSync(sync.Answers).Append(sync.JournalEntry{Kind: sync.JournalErase, Stream: sync.Answers, At: 5, Street: "990101001", Record: record}))
}

func facts(t *testing.T, j *journal.Journal, from uint64) (out []journal.Entry) {
	t.Helper()
	for e, err := range j.Entries(from) {
		require.NoError(t, err)
		out = append(out, e)
	}
	return out
}

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

func edit(t *testing.T, path string, change func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, change(b), 0o600))
}

func TestWhatSyncAndAuthWroteIsReplayed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.True(t, j.New())
	of := map[sync.Stream][]sync.JournalEntry{
		sync.Answers: {
			{Kind: sync.JournalErase, Stream: sync.Answers, At: 1, Street: "990101001", Record: "r1", Reason: "withdrawn <\"我\">"},
			{Kind: sync.JournalWithhold, Stream: sync.Answers, At: 2, Street: "990101001", Record: "r2", Prefixes: []string{"a/b", "gps"}, Reason: "retention"},
			{Kind: sync.JournalEpoch, Stream: sync.Answers, At: 3, Epoch: "ep_1"},
		},
		sync.Registry: {{Kind: sync.JournalDiscard, Stream: sync.Registry, At: 4, Street: "990101001", Record: "r3", Device: "rg_1", Seq: 7, Reason: "x"}},
	}
	people := []auth.JournalEntry{
		{Kind: auth.JournalRevoked, At: 5, By: "us_a", Device: "dv_1", Registry: "rg_1", Until: 99},
		{Kind: auth.JournalWithdrawn, At: 6, By: "us_a", Worker: "us_w", Grid: "990101001001001"},
		{Kind: auth.JournalAuditHead, At: 7, Seq: 12, Hash: strings.Repeat("ab", 32)},
	}
	for stream, list := range of {
		for _, e := range list {
			require.NoError(t, j.ForSync(stream).Append(e))
		}
	}
	for _, e := range people {
		require.NoError(t, j.ForAuth().AppendAuth(t.Context(), e))
	}
	check := func(j *journal.Journal) {
		for stream, list := range of {
			var got []sync.JournalEntry
			for e, err := range j.SyncEntries(stream) {
				require.NoError(t, err)
				got = append(got, e)
			}
			require.Equal(t, list, got)
		}
		var got []auth.JournalEntry
		for e, err := range j.AuthEntries() {
			require.NoError(t, err)
			got = append(got, e)
		}
		require.Equal(t, people, got)
		require.Len(t, facts(t, j, 6), 2)
		n, err := j.Count()
		require.NoError(t, err)
		require.EqualValues(t, 7, n)
	}
	check(j)
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	again := open(t, dir)
	require.False(t, again.New())
	require.Empty(t, again.Torn())
	check(again)
	r, err := again.Verify()
	require.NoError(t, err)
	require.Equal(t, journal.Report{Facts: 7, Heads: 1}, r)
}

func TestRefusals(t *testing.T) {
	j := open(t, t.TempDir())
	require.Error(t, j.Append(journal.Entry{Kind: "gossip"}))
	require.Error(t, j.Append(journal.Entry{Kind: journal.Erase}), "no stream")
	require.Error(t, j.ForSync(sync.Answers).Append(sync.JournalEntry{Kind: sync.JournalErase, Stream: sync.Registry}))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, errs.Interrupted, errs.CodeOf(j.ForAuth().AppendAuth(ended, auth.JournalEntry{Kind: auth.JournalAuditHead})))
	require.Empty(t, facts(t, j, 1))
	require.NoError(t, j.Close())
	require.Equal(t, errs.Interrupted, errs.CodeOf(j.Append(journal.Entry{Kind: journal.AuditHead})))
}

func TestATornLineIsCutOffAndSaidSo(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	erase(t, j, "r1")
	erase(t, j, "r2")
	before := copyDir(t, dir)
	erase(t, j, "r3")
	whole, err := os.ReadFile(filepath.Join(dir, "facts.ndjson"))
	require.NoError(t, err)
	st, err := os.Stat(filepath.Join(before, "facts.ndjson"))
	require.NoError(t, err)
	for cut := st.Size() + 1; cut < int64(len(whole)); cut += 7 {
		crashed := copyDir(t, before)
		edit(t, filepath.Join(crashed, "facts.ndjson"), func([]byte) []byte { return whole[:cut] })
		r, err := journal.Verify(crashed)
		require.NoError(t, err)
		require.Equal(t, cut-st.Size(), r.Torn)
		j := open(t, crashed)
		require.Equal(t, []journal.Tear{{File: "facts.ndjson", Bytes: cut - st.Size()}}, j.Torn())
		got := facts(t, j, 1)
		require.Len(t, got, 3)
		require.Equal(t, "r2", got[1].Record)
		require.Equal(t, journal.Torn, got[2].Kind)
		require.Equal(t, uint64(cut-st.Size()), got[2].Seq)
		erase(t, j, "r4")
		require.NoError(t, j.Close())
		r, err = journal.Verify(crashed)
		require.NoError(t, err)
		require.Equal(t, journal.Report{Facts: 4, Heads: 1}, r)
	}
}

func TestTornHeadsAreCutOff(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 1)}))
	require.NoError(t, j.Sync())
	before := copyDir(t, dir)
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 2), headOf("990101002", 1)}))
	require.NoError(t, j.Sync())
	name := "heads-000001.ndjson"
	whole, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	st, err := os.Stat(filepath.Join(before, name))
	require.NoError(t, err)
	for what, garbled := range map[string][]byte{
		"cut":                   whole[:len(whole)-20],
		"zeros":                 append(bytes.Clone(whole[:st.Size()]), make([]byte, 100)...),
		"a page that came late": append(append(bytes.Clone(whole[:st.Size()]), make([]byte, 60)...), whole[st.Size()+60:]...),
	} {
		t.Run(what, func(t *testing.T) {
			crashed := copyDir(t, before)
			edit(t, filepath.Join(crashed, name), func([]byte) []byte { return garbled })
			j := open(t, crashed)
			require.Len(t, j.Torn(), 1)
			heads, err := j.Heads(sync.Answers)
			require.NoError(t, err)
			require.NotEmpty(t, heads)
			require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 3)}))
			require.NoError(t, j.Close())
			_, err = journal.Verify(crashed)
			require.NoError(t, err)
		})
	}
}

func TestEveryFlippedByteIsNoticed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	for n := range 4 {
		erase(t, j, fmt.Sprintf("r%d", n))
		require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", uint64(n+1))}))
		require.NoError(t, j.Sync())
	}
	require.NoError(t, j.Close())
	for _, name := range []string{"facts.ndjson", "heads-000001.ndjson"} {
		good, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for at := range good {
			flipped := bytes.Clone(good)
			flipped[at] ^= 1 << (at % 8)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), flipped, 0o600))
			line := 1 + bytes.Count(good[:at], []byte("\n"))
			_, err := journal.Verify(dir)
			require.Equal(t, errs.Damaged, errs.CodeOf(err), "%s byte %d", name, at)
			require.Contains(t, err.Error(), fmt.Sprintf("%s line %d:", name, line))
			if at%13 != 0 {
				continue // opening syncs the folder, which takes its time
			}
			_, err = journal.Open(dir, testClock())
			require.Equal(t, errs.Damaged, errs.CodeOf(err), "%s byte %d", name, at)
			require.NotEmpty(t, errs.HintOf(err))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), good, 0o600))
	}
	_, err := journal.Verify(dir)
	require.NoError(t, err, "the control: unedited it is sound")
}

func TestCutOffAndMissingPartsAreNoticed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	for n := range 3 {
		erase(t, j, fmt.Sprintf("r%d", n))
		require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", uint64(n+1))}))
		require.NoError(t, j.Sync())
	}
	require.NoError(t, j.Close())
	lastLine := func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }
	swapped := func(b []byte) []byte {
		l := bytes.SplitAfter(b, []byte("\n"))
		l[0], l[1] = l[1], l[0]
		return bytes.Join(l, nil)
	}
	for what, change := range map[string]func(dir string){
		"last fact":     func(d string) { edit(t, filepath.Join(d, "facts.ndjson"), lastLine) },
		"all facts":     func(d string) { edit(t, filepath.Join(d, "facts.ndjson"), func([]byte) []byte { return nil }) },
		"facts swapped": func(d string) { edit(t, filepath.Join(d, "facts.ndjson"), swapped) },
		"facts file":    func(d string) { require.NoError(t, os.Remove(filepath.Join(d, "facts.ndjson"))) },
		"last head":     func(d string) { edit(t, filepath.Join(d, "heads-000001.ndjson"), lastLine) },
		"heads file":    func(d string) { require.NoError(t, os.Remove(filepath.Join(d, "heads-000001.ndjson"))) },
		"tail":          func(d string) { require.NoError(t, os.Remove(filepath.Join(d, "tail"))) },
		"another's tail": func(d string) {
			edit(t, filepath.Join(d, "tail"), func(b []byte) []byte { return make([]byte, len(b)) })
		},
	} {
		t.Run(what, func(t *testing.T) {
			hurt := copyDir(t, dir)
			change(hurt)
			_, err := journal.Verify(hurt)
			require.Equal(t, errs.Damaged, errs.CodeOf(err))
			_, err = journal.Open(hurt, testClock())
			require.Equal(t, errs.Damaged, errs.CodeOf(err))
		})
	}
	open(t, copyDir(t, dir))
}

func TestASnapshotIsAJournal(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	require.Equal(t, errs.NotFound, errs.CodeOf(journal.Snapshot(filepath.Join(dir, "none"), nil)))
	j := open(t, dir)
	erase(t, j, "r1")
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 7)}))
	require.NoError(t, j.Sync())
	require.NoError(t, journal.Snapshot(dir, func(name string, data []byte) error {
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	}))
	erase(t, j, "r2")
	copied := open(t, to)
	require.False(t, copied.New())
	require.Len(t, facts(t, copied, 1), 1)
	heads, err := copied.Heads(sync.Answers)
	require.NoError(t, err)
	require.Equal(t, []sync.Head{headOf("990101001", 7)}, heads)
}

func TestAnOpenJournalNoticesWhatIsDoneToItsFiles(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	erase(t, j, "r1")
	erase(t, j, "r2")
	require.NoError(t, os.Truncate(filepath.Join(dir, "facts.ndjson"), 10))
	err := j.ForSync(sync.Answers).Append(sync.JournalEntry{Kind: sync.JournalErase, Stream: sync.Answers, Record: "r3"})
	require.Equal(t, errs.Damaged, errs.CodeOf(err))
	require.Equal(t, errs.Damaged, errs.CodeOf(j.Note(sync.Answers, []sync.Head{headOf("990101001", 1)})), "commits must stop")
}

func TestTwoProcessesAppend(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	one, two := child(t, "append", dir), child(t, "append", dir)
	require.NoError(t, one.Start())
	require.NoError(t, two.Start())
	for n := range 50 {
		erase(t, j, fmt.Sprintf("r%d", n))
	}
	require.NoError(t, one.Wait())
	require.NoError(t, two.Wait())
	seen := map[string]uint64{}
	for _, e := range facts(t, j, 1) {
		if e.Kind == journal.Discard {
			require.Equal(t, seen[e.Device]+1, e.Seq, "in each writer's order")
		}
		seen[e.Device]++
	}
	require.Len(t, seen, 3)
	require.EqualValues(t, 50, seen[""])
	heads, err := j.Heads(sync.Answers)
	require.NoError(t, err)
	require.Len(t, heads, 2)
	for _, h := range heads {
		require.Equal(t, headOf(h.Street, 150), h)
	}
	r, err := j.Verify()
	require.NoError(t, err)
	require.EqualValues(t, 350, r.Facts)
}

func TestKilledWritersKeepTheirPromises(t *testing.T) {
	dir := t.TempDir()
	var promised []string
	for round := range 10 {
		cmd := child(t, "forever", dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		r := bufio.NewReader(out)
		for range 20 + 13*round {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			promised = append(promised, strings.TrimSpace(line))
		}
		require.NoError(t, cmd.Process.Kill())
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		for line := range strings.Lines(string(rest)) {
			if strings.HasSuffix(line, "\n") {
				promised = append(promised, strings.TrimSpace(line))
			}
		}
		require.Error(t, cmd.Wait())
	}
	j := open(t, dir)
	kept := map[string]bool{}
	for _, e := range facts(t, j, 1) {
		kept[e.Record] = true
	}
	for _, record := range promised {
		require.True(t, kept[record], record)
	}
	require.Greater(t, len(promised), 500)
}

func TestAFullDiskLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, child(t, "full", dir).Run())
	j := open(t, dir)
	require.Empty(t, j.Torn())
	var records []string
	for _, e := range facts(t, j, 1) {
		if e.Record != "filler" {
			records = append(records, e.Record)
		}
	}
	require.Equal(t, []string{"before", "after"}, records)
}
