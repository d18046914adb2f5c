package journal_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/store/journal"
	"ruhu/sync"
)

func TestHeadsSurviveAndStayFew(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	other := open(t, dir)
	streets := []string{"990101001", "990101002", "990101003"}
	const rounds = 2500
	for n := range uint64(rounds) {
		var list []sync.Head
		for _, s := range streets {
			list = append(list, headOf(s, n+1))
		}
		require.NoError(t, j.Note(sync.Answers, list))
		require.NoError(t, j.Note(sync.Registry, list[:1]))
		_, err := j.Heads(sync.Answers) // writes what is pending
		require.NoError(t, err)
		if n%500 == 0 {
			erase(t, j, "r")
		}
	}
	require.NoError(t, j.Sync())
	files, err := filepath.Glob(filepath.Join(dir, "heads-*.ndjson"))
	require.NoError(t, err)
	require.Len(t, files, 1, "old files go")
	require.NotEqual(t, "heads-000001.ndjson", filepath.Base(files[0]), "%d lines need more than one file", 4*rounds)
	st, err := os.Stat(files[0])
	require.NoError(t, err)
	require.Less(t, st.Size(), int64(1<<20+4096))
	for _, j := range []*journal.Journal{j, other, open(t, dir)} {
		heads, err := j.Heads(sync.Answers)
		require.NoError(t, err)
		require.Equal(t, []sync.Head{headOf(streets[0], rounds), headOf(streets[1], rounds), headOf(streets[2], rounds)}, heads)
		heads, err = j.Heads(sync.Registry)
		require.NoError(t, err)
		require.Equal(t, []sync.Head{headOf(streets[0], rounds)}, heads)
		require.Len(t, facts(t, j, 1), 5, "facts are all kept")
		_, err = j.Verify()
		require.NoError(t, err)
	}
}

func TestACrashWhileFilesChangeLosesNoHead(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 9)}))
	require.NoError(t, j.Close())
	// The new file has its name, the old one is still there.
	old, err := os.ReadFile(filepath.Join(dir, "heads-000001.ndjson"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "heads-000002.ndjson"), old, 0o600))
	j = open(t, dir)
	heads, err := j.Heads(sync.Answers)
	require.NoError(t, err)
	require.Equal(t, []sync.Head{headOf("990101001", 9)}, heads)
	require.NoFileExists(t, filepath.Join(dir, "heads-000001.ndjson"))
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 10)}))
	require.NoError(t, j.Close())
	_, err = journal.Verify(dir)
	require.NoError(t, err)
}

func TestNotingNeverWaitsForTheDisk(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	lock, err := os.Open(filepath.Join(dir, ".lock"))
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	// Nobody can write now; a commit that waited would stand here for ever.
	for n := range uint64(1000) {
		require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", n+1)}))
	}
	require.NoError(t, lock.Close())
	heads, err := j.Heads(sync.Answers)
	require.NoError(t, err)
	require.Equal(t, []sync.Head{headOf("990101001", 1000)}, heads)
}

func TestWhatIsNotedReachesTheFileByItself(t *testing.T) {
	dir := t.TempDir()
	j, other := open(t, dir), open(t, dir)
	require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", 1)}))
	require.Eventually(t, func() bool {
		heads, err := other.Heads(sync.Answers)
		return err == nil && len(heads) == 1
	}, 10e9, 10e6)
}

// database is what Compare asks of one.
type database struct {
	sync.Reader
	epochs []string
	heads  map[string]uint64
	fork   map[string]uint64 // from this sequence on the street has other entries
}

func (d database) Epoch() (string, []string, error) {
	if len(d.epochs) == 0 {
		return "", nil, nil
	}
	return d.epochs[len(d.epochs)-1], d.epochs[:len(d.epochs)-1], nil
}

func (d database) Head(street string) (sync.Head, error) {
	chain, _, err := d.ChainAt(street, d.heads[street])
	return sync.Head{Street: street, Seq: d.heads[street], Chain: chain}, err
}

func (d database) ChainAt(street string, seq uint64) ([32]byte, bool, error) {
	h := headOf(street, seq)
	if at := d.fork[street]; at > 0 && seq >= at {
		h.Chain[31] = 1
	}
	return h.Chain, seq > 0 && seq <= d.heads[street], nil
}

func TestAnOlderDatabaseIsRecognised(t *testing.T) {
	j := open(t, t.TempDir())
	epoch := func(id string) {
		require.NoError(t, j.ForSync(sync.Answers).Append(sync.JournalEntry{Kind: sync.JournalEpoch, Stream: sync.Answers, Epoch: id}))
	}
	note := func(seq1, seq2 uint64) {
		require.NoError(t, j.Note(sync.Answers, []sync.Head{headOf("990101001", seq1), headOf("990101002", seq2)}))
	}
	compare := func(d database) journal.Behind {
		b, err := j.Compare(sync.Answers, d)
		require.NoError(t, err)
		return b
	}
	at := func(seq1, seq2 uint64, epochs ...string) database {
		return database{heads: map[string]uint64{"990101001": seq1, "990101002": seq2}, epochs: epochs}
	}
	require.False(t, compare(at(5, 5, "e0")).Any(), "the journal knows nothing yet")
	epoch("e1")
	note(100, 40)
	require.False(t, compare(at(100, 40, "e1")).Any())
	require.False(t, compare(at(120, 40, "e0", "e1", "e2")).Any(), "ahead is no fault")

	b := compare(at(97, 40, "e1"))
	require.Equal(t, []journal.StreetBehind{{Journal: headOf("990101001", 100), Database: headOf("990101001", 97)}}, b.Streets)
	require.EqualValues(t, 3, b.Streets[0].Missing())
	require.Len(t, compare(at(0, 0)).Streets, 2, "an empty database")

	d := at(130, 40, "e1")
	d.fork = map[string]uint64{"990101001": 99}
	b = compare(d)
	require.Len(t, b.Streets, 1, "longer, but another history")
	require.Zero(t, b.Streets[0].Missing())

	require.Equal(t, "e1", compare(at(100, 40, "e0")).Epoch, "a backup from before the epoch")

	// The restored database begins a new epoch: the old heads no longer count, its own do.
	epoch("e2")
	require.False(t, compare(at(97, 40, "e1", "e2")).Any())
	note(97, 40)
	require.False(t, compare(at(97, 40, "e1", "e2")).Any())
	require.Len(t, compare(at(96, 40, "e1", "e2")).Streets, 1)
	// Entering the same epoch again is no beginning.
	epoch("e2")
	require.Len(t, compare(at(96, 40, "e1", "e2")).Streets, 1)
	b, err := j.Compare(sync.Registry, at(0, 0))
	require.NoError(t, err)
	require.False(t, b.Any(), "the other stream is another matter")
}

func BenchmarkAppend(b *testing.B) {
	j, err := journal.Open(b.TempDir(), testClock())
	require.NoError(b, err)
	defer j.Close()
	for b.Loop() {
		require.NoError(b, j.Append(journal.Entry{Kind: journal.Erase, Stream: sync.Answers, Street: "990101001", Record: "r"}))
	}
}

func BenchmarkNote(b *testing.B) {
	j, err := journal.Open(b.TempDir(), testClock())
	require.NoError(b, err)
	defer j.Close()
	heads := []sync.Head{headOf("990101001", 1), headOf("990101002", 1), headOf("990101003", 1)}
	for b.Loop() {
		heads[0].Seq++
		if err := j.Note(sync.Answers, heads); err != nil {
			b.Fatal(err)
		}
	}
}
