package acceptance_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
	"ruhu/store/sqlite"
)

// The server's disk dies a day after the last backup. Phones have since rotated their tokens, forked, been enrolled and been
// revoked; records were written, handed over, returned, approved, erased, withdrawn and withheld. The backup is restored into a
// new folder, and the phones, none of which is locked out, refill it.
func TestServerRestoredFromYesterdaysBackup(t *testing.T) {
	for _, c := range []struct {
		name    string
		journal bool // the old folder's journal survived
		today   bool // the key file is of today: keys destroyed since are not in it
	}{
		{"journal survived, keys of yesterday", true, false},
		{"journal lost, keys of yesterday", false, false},
		{"journal survived, keys of today", true, true},
	} {
		t.Run(c.name, func(t *testing.T) { restored(t, c.journal, c.today) })
	}
}

func restored(t *testing.T, journalSurvived, keysOfToday bool) {
	s := start(t)
	steady, rotated, forked, gone := s.handset(street1, "甲一"), s.handset(street1, "乙二"), s.handset(street1, "丙三"), s.handset(street1, "丁四")
	far := s.handset(street2, "戊五")
	shared := steady.interview(road, "1")
	doomed := steady.interview(words, "要删除的", road, "2")
	code, hash := withdrawalCode(t)
	withdrawn := rotated.interview(words, "要撤回的", "@withdrawal", hash)
	withheld := rotated.interview(words, "到期要清除的", road, "3")
	returned := steady.interview(road, "4")
	approvedBefore, approvedSince := steady.interview(road, "1"), rotated.interview(road, "2")
	forkedOld := forked.interview(road, "3")
	goneOld := gone.interview(road, "4")
	farOld := far.interview(road, "1")
	everybody := []*handset{steady, rotated, forked, gone, far}
	for _, h := range everybody {
		h.sync()
	}
	s.desk("reviewer-1").handOver(shared, steady.worker()+" "+rotated.worker())
	s.desk("reviewer-1").approve(approvedBefore)
	for _, h := range everybody {
		h.sync()
	}
	folder := forked.copyTo(filepath.Join(t.TempDir(), "forked"))

	backup, keyFile := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "keys")
	made, err := s.App.Whole().Backup(t.Context(), backup, nil)
	require.NoError(t, err)
	_, err = s.App.Whole().BackupKeys(keyFile)
	require.NoError(t, err)

	// A day of work.
	for range 4 {
		s.Clock.Advance(3 * time.Hour)
		for _, h := range everybody {
			h.sync()
		}
	}
	steady.edit(shared, road, "2")
	steady.sync()
	rotated.sync()
	rotated.edit(shared, road, "3", water, "1")
	rotated.edit(rotated.interview(road, "1"), road, "4")
	rotated.sync()
	forked.interview(road, "1")
	forked.edit(forkedOld, road, "1")
	forked.sync()
	original := forked // a twin goes on on a copy of its folder; a phone alone that is put back has thrown away what only the server had
	forked = original.twin(folder)
	forked.interview(road, "2")
	forked.edit(forkedOld, water, "2")
	require.True(t, forked.sync().Push.Forked)
	require.NotEqual(t, original.device(), forked.device())
	late := s.handset(street1, "己六")
	lateOne := late.interview(road, "1")
	late.sync()
	late.edit(lateOne, road, "2")
	late.sync()
	goneNew := gone.interview(road, "2")
	gone.edit(goneOld, water, "3")
	gone.sync()
	s.desk("admin").Do("DELETE", "/v1/devices/"+gone.device(), map[string]string{"reason": "stolen"}).Want(204)
	gone.sync()
	far.edit(farOld, road, "2")
	far.sync()
	office := s.desk("reviewer-1")
	office.review(returned, office.record(returned).Ctx, "return", map[string]any{"fields": map[string]string{road: "请核实"}}).Want(200)
	steady.sync()
	steady.edit(returned, road, "3", "@status", "submitted")
	steady.sync()
	office.approve(approvedSince)
	s.erase(doomed)
	s.desk("registrar-1").Post("/v1/withdrawals", map[string]string{"code": code}).Want(204)
	require.NoError(t, s.App.Answers.Withhold(t.Context(), street1, withheld, []string{words}, "retention"))
	everybody = append(everybody, late, forked)
	for range 2 {
		for _, h := range everybody {
			h.sync()
		}
	}
	want := s.digests()
	require.Empty(t, s.desk("reviewer-1").quarantine(street1))
	epoch := s.epoch()
	if keysOfToday {
		require.NoError(t, os.Remove(keyFile))
		_, err = s.App.Whole().BackupKeys(keyFile)
		require.NoError(t, err)
	}

	// The disk dies.
	var report sqlite.RestoreReport
	s.restart(func() {
		lost := s.Dir
		s.Dir = filepath.Join(t.TempDir(), "new")
		report = s.restoreInto(s.Dir, backup, keyFile, map[bool]string{true: filepath.Join(lost, "journal")}[journalSurvived])
		require.NoError(t, os.RemoveAll(lost))
	})
	s.signOut()
	require.Equal(t, report.Epoch, s.epoch())
	require.NotEqual(t, epoch, s.epoch())
	missing := 0
	now := s.digests()
	for id, d := range want {
		if now[id] != d {
			missing++
		}
	}
	require.Greater(t, missing, 5, "the folder is yesterday's")

	// A phone enrolled since is told nothing, compares its log at once, and sends everything.
	late.sync()
	require.Equal(t, 2, late.Status().Quarantined)

	// Phones come as they come; those the backup does not know first. None is locked out. (A revoked phone hears of the
	// restore when it compares its log, which it does every hour.)
	s.Clock.Advance(2 * time.Hour)
	for range 3 {
		for _, h := range []*handset{late, forked, gone, rotated, original, far, steady} {
			h.sync()
		}
	}
	for _, h := range everybody {
		require.Zero(t, h.Status().Unsent, h.device())
	}
	unconfirmed := []string{}
	for id, d := range s.desk("admin").devices() {
		if d.State == "unconfirmed" {
			unconfirmed = append(unconfirmed, id)
		}
	}
	expect := []string{late.device(), forked.device()}
	slices.Sort(expect)
	slices.Sort(unconfirmed)
	require.Equal(t, expect, unconfirmed, "those enrolled since wait for an administrator")
	heldBack := map[string]int{}
	for _, q := range s.desk("reviewer-1").quarantine(street1) {
		heldBack[q.Code]++
	}
	require.NotZero(t, heldBack["unconfirmed-device"])
	require.Equal(t, journalSurvived, heldBack["revoked-device"] > 0, "a revocation is remembered by the journal alone: %v", heldBack)
	for _, id := range unconfirmed {
		s.desk("admin").Post("/v1/devices/"+id+"/confirm", nil).Want(204)
	}
	s.releaseAll(street1)
	if !journalSurvived { // retention runs every hour, and this is due
		require.NoError(t, s.App.Answers.Withhold(t.Context(), street1, withheld, []string{words}, "retention"))
	}
	for range 3 {
		for _, h := range []*handset{late, forked, gone, rotated, original, far, steady} {
			h.sync()
			_, err := h.Push(t.Context())
			require.NoError(t, err)
		}
	}
	require.Empty(t, s.desk("reviewer-1").quarantine(street1))

	// Everything that phones had is back to the byte; what the office alone had is not, and is said.
	got := s.digests()
	for _, id := range []string{approvedSince, returned} { // an approval, and a return that was corrected
		require.NotEqual(t, want[id], got[id])
		delete(want, id)
		delete(got, id)
	}
	if keysOfToday {
		require.Equal(t, []string{withheld}, report.Emptied)
		delete(want, withheld)
		delete(got, withheld)
	}
	require.Equal(t, want, got)
	office = s.desk("reviewer-1")
	require.Equal(t, "submitted", office.record(approvedSince).Status, "it waits for a new approval")
	require.Equal(t, "approved", office.record(approvedBefore).Status)
	require.Equal(t, "3", *office.record(returned).Answers[road])
	require.Equal(t, "2", *office.record(lateOne).Answers[road])
	require.Equal(t, "2", *office.record(goneNew).Answers[road])
	var lost api.LostPage
	office.Get("/v1/lost?street=" + street1).Want(200).JSON(&lost)
	var lostOf []string
	for _, l := range lost.Items {
		lostOf = append(lostOf, l.Record)
	}
	require.Contains(t, lostOf, returned, "the return that the author had answered is listed as lost")
	for _, id := range []string{doomed, withdrawn} {
		require.True(t, s.state(id).Erased, "erased stays erased")
	}
	require.Empty(t, scan(t, s.Dir, []string{"要删除的", "要撤回的", "到期要清除的"}).found)
	for _, h := range []*handset{steady, rotated, original, forked, late, far} {
		st := h.Status()
		require.True(t, st.Complete, h.device())
		require.Zero(t, st.Unsent+st.Waiting+st.Quarantined)
		require.Equal(t, s.epoch(), st.Epoch)
	}
	require.Equal(t, journalSurvived, gone.Status().Revoked)
	s.requireSame(shared, steady, rotated)
	t.Logf("backup of %d records and %d sets; %d records differed after the restore; held back until confirmed or released: %v; %d digests equal afterwards, erased again %d, office work lost and listed: %d",
		made.Records, made.Lines, missing, heldBack, len(got), len(report.Erased), len(lost.Items))
}

// releaseAll lets in everything that is held back in a street.
func (s *site) releaseAll(street string) {
	s.t.Helper()
	for range 5 {
		held := s.desk("reviewer-1").quarantine(street)
		if len(held) == 0 {
			return
		}
		for _, q := range held {
			s.desk("reviewer-1").settle(q.ID, "release")
		}
	}
}

// restoreInto restores a backup; journal "" = it did not survive.
func (s *site) restoreInto(dir, backup, keyFile, journal string) sqlite.RestoreReport {
	s.t.Helper()
	b, err := os.Open(backup)
	require.NoError(s.t, err)
	defer func() { _ = b.Close() }()
	k, err := os.Open(keyFile)
	require.NoError(s.t, err)
	defer func() { _ = k.Close() }()
	report, err := sqlite.Restore(s.t.Context(), b, k, dir, sqlite.RestoreOptions{Clock: s.Clock, Rand: rand.Reader, Journal: journal})
	require.NoError(s.t, err)
	return report
}
