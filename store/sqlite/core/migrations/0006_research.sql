-- Dated grants of researchers. Times are milliseconds since the Unix epoch, 0 = never.
CREATE TABLE research_access (
  id       TEXT PRIMARY KEY,
  user     TEXT NOT NULL,
  area     TEXT NOT NULL,
  purpose  TEXT NOT NULL,
  from_ms  INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  by_user  TEXT NOT NULL,
  ended    INTEGER NOT NULL,
  ended_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX research_access_from ON research_access (from_ms, id);
CREATE INDEX research_access_user ON research_access (user);
