package sqlite_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/store/keys"
	"ruhu/survey"
	"ruhu/sync"
)

func TestBackupAndRestoreBringEverythingBack(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "data"))
	h.furnish(t)
	require.Empty(t, h.verify(t).Faults)
	out := filepath.Join(t.TempDir(), "b")
	rep, err := h.Backup(t.Context(), out, nil)
	require.NoError(t, err)
	require.Equal(t, int64(31), rep.Records)
	require.Equal(t, int64(32), rep.Lines)
	require.Equal(t, int64(1), rep.Blobs)
	require.NoError(t, h.Answers.View(t.Context(), func(r sync.Reader) error {
		d, _, err := r.Device("dv_1")
		require.Equal(t, uint64(31), d.Safe, "phones may let go what the backup covers")
		return err
	}))

	dir := filepath.Join(t.TempDir(), "again")
	res, err := restore(t, h.read(t, out), h.exportKeys(t), dir, "")
	require.NoError(t, err)
	require.Empty(t, res.Erased)
	require.NotEqual(t, rep.Epoch, res.Epoch)
	again := newHouse(t, dir)
	v := again.verify(t)
	require.Empty(t, v.Faults)
	require.Equal(t, int64(31), v.Records)
	require.Zero(t, v.Stale)
	require.True(t, slices.Equal(cells(t, h), cells(t, again)), "aggregates are made again")
	now, former, err := again.answers.Epoch(t.Context())
	require.NoError(t, err)
	require.Equal(t, res.Epoch, now)
	require.Equal(t, []string{rep.Epoch}, former)
	text, ok := again.text(t, "rec-007")
	require.True(t, ok)
	require.Equal(t, "canary-007", text)
	home, ok, err := again.frame.Household(t.Context(), "H1")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "canary-address", home.Address)
	info, err := again.Blobs.Missing(t.Context(), []string{h.attach(t, "rec-000", bytes.Repeat([]byte("pixels"), 30_000))})
	require.NoError(t, err)
	require.Empty(t, info)
	// Work goes on, and no slot of the old records is given to a new one.
	again.push(t, "dv_2", []string{"rec-new", "q1", "1"})
	require.Empty(t, again.verify(t).Faults)
}

func cells(t *testing.T, h *house) (out []string) {
	t.Helper()
	require.NoError(t, h.Answers.Records().Snapshot(t.Context(), func(s survey.Snapshot) error {
		for c, err := range s.Cells(survey.CellFilter{}) {
			require.NoError(t, err)
			out = append(out, fmt.Sprintf("%+v", c))
		}
		return nil
	}))
	require.NotEmpty(t, out)
	return out
}

func TestABackupSaysNothingWithoutItsKeys(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "data"))
	h.furnish(t)
	data, _ := h.backup(t)
	plain, err := age.Decrypt(bytes.NewReader(data), h.Keys.BackupIdentity())
	require.NoError(t, err)
	inside, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.Contains(t, string(inside), "rec-007", "the scanner reads what is there")
	require.NotContains(t, string(data), "rec-007", "the file is encrypted")
	for _, word := range []string{"canary-007", "canary-address", "pixelspixels"} {
		require.NotContains(t, string(inside), word, "answers and addresses stay sealed inside")
	}
	require.NotContains(t, string(inside), string(h.Keys.Derive("link")))
}

func TestErasedAfterTheBackupStaysErased(t *testing.T) {
	for _, how := range []string{"by the surviving journal", "by the key file"} {
		t.Run(how, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			h := newHouse(t, dir)
			h.furnish(t)
			data, oldKeys := h.backup(t)
			_, err := h.answers.Erase(t.Context(), street, "rec-003", "asked")
			require.NoError(t, err)
			require.NoError(t, h.answers.Withhold(t.Context(), street, "rec-004", []string{"text"}, "retention"))
			newKeys := h.exportKeys(t)
			require.NoError(t, h.close())

			to := filepath.Join(t.TempDir(), "again")
			use, old := oldKeys, filepath.Join(dir, "journal")
			if how == "by the key file" {
				use = newKeys
			}
			res, err := restore(t, data, use, to, old)
			require.NoError(t, err)
			require.Equal(t, []string{"rec-003"}, res.Erased)
			again := newHouse(t, to)
			_, ok := again.text(t, "rec-003")
			require.False(t, ok)
			text, ok := again.text(t, "rec-004")
			require.True(t, ok)
			require.Empty(t, text, "what was withheld stays withheld")
			if how == "by the key file" {
				require.Equal(t, []string{"rec-004"}, res.Emptied)
			}
			text, _ = again.text(t, "rec-005")
			require.Equal(t, "canary-005", text)
			require.Empty(t, again.verify(t).Faults)
		})
	}
	t.Run("without the journal, by the key file alone", func(t *testing.T) {
		h := newHouse(t, filepath.Join(t.TempDir(), "data"))
		h.furnish(t)
		data, _ := h.backup(t)
		_, err := h.answers.Erase(t.Context(), street, "rec-003", "asked")
		require.NoError(t, err)
		to := filepath.Join(t.TempDir(), "again")
		res, err := restore(t, data, h.exportKeys(t), to, "")
		require.NoError(t, err)
		require.Equal(t, []string{"rec-003"}, res.Erased)
		require.Empty(t, newHouse(t, to).verify(t).Faults)
	})
}

func TestKeysOlderThanTheBackupAreRefused(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "data"))
	h.furnish(t)
	old := h.exportKeys(t)
	_, err := h.Keys.Slots(keys.Answers).Reserve(2000)
	require.NoError(t, err)
	// Enough records that one gets a slot beyond what the old file holds.
	var sets [][]string
	for i := range 600 {
		sets = append(sets, []string{fmt.Sprintf("many-%03d", i), "q1", "1"})
	}
	h.push(t, "dv_9", sets...)
	data, fresh := h.backup(t)
	to := filepath.Join(t.TempDir(), "again")
	_, err = restore(t, data, old, to, "")
	require.Equal(t, errs.BackupKeysOlder, errs.CodeOf(err))
	require.NoDirExists(t, to)
	other := newHouse(t, filepath.Join(t.TempDir(), "other"))
	_, err = restore(t, data, other.exportKeys(t), to, "")
	require.Equal(t, errs.BackupBad, errs.CodeOf(err), "somebody else's keys")
	_, err = restore(t, data, fresh, to, "")
	require.NoError(t, err)
	_, err = restore(t, data, fresh, to, "")
	require.Equal(t, errs.Rule, errs.CodeOf(err), "the folder is not empty")
}

func TestAChangedBackupIsRefused(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "data"))
	h.furnish(t)
	data, keyFile := h.backup(t)
	dir := t.TempDir()
	to := filepath.Join(dir, "again")
	for i := range 20 {
		bad := bytes.Clone(data)
		bad[(len(bad)-1)*i/19] ^= 1 << (i % 8)
		_, err := restore(t, bad, keyFile, to, "")
		require.Equal(t, errs.BackupBad, errs.CodeOf(err), "bit %d of byte %d", i%8, (len(bad)-1)*i/19)
	}
	for _, n := range []int{0, 100, len(data) / 2, len(data) - 1} {
		_, err := restore(t, data[:n], keyFile, to, "")
		require.Equal(t, errs.BackupBad, errs.CodeOf(err), "cut at %d", n)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "nothing half made stays behind")
}
