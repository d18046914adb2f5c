package core

import (
	"ruhu/auth"
)

const researchColumns = `id, user, area, purpose, from_ms, until_ms, by_user, ended, ended_by`

func scanResearch(r scanner) (g auth.ResearchAccess, err error) {
	err = r.Scan(&g.ID, &g.User, &g.Area, &g.Purpose, &g.From, &g.Until, &g.By, &g.Ended, &g.EndedBy)
	return g, err
}

func (r authReader) ResearchAccessByID(id string) (auth.ResearchAccess, error) {
	g, err := scanResearch(r.tx.QueryRow(`SELECT `+researchColumns+` FROM research_access WHERE id = ?`, id))
	return g, missing("research grant", id, err)
}

func (r authReader) ResearchAccess(q auth.ResearchQuery) ([]auth.ResearchAccess, error) {
	return collect(r.tx, scanResearch, `SELECT `+researchColumns+` FROM research_access WHERE area >= ?1 AND area < ?1 || ':'
		AND (?2 = '' OR user = ?2) AND (?3 = 0 OR ended = 0 AND until_ms > ?3) AND (?5 = '' OR (from_ms, id) < (?4, ?5))
		ORDER BY from_ms DESC, id DESC LIMIT ?6`, q.Area, q.User, q.LiveAt, q.AfterTime, q.AfterID, q.Limit)
}

func (t authTx) PutResearchAccess(g auth.ResearchAccess) error {
	_, err := t.tx.Exec(`INSERT INTO research_access (`+researchColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (id) DO UPDATE SET ended = ?8, ended_by = ?9`, g.ID, g.User, g.Area, g.Purpose, g.From, g.Until, g.By, g.Ended, g.EndedBy)
	return err
}
