-- Which household has which case number. Each survey's links are sealed under a key of their own, which lies in a slot file
-- and is destroyed when the links expire; the two index columns are keyed hashes. Rows lie in order of a hash, so that the
-- file tells no order of drawing.
CREATE TABLE link_keys (
  survey  TEXT PRIMARY KEY,
  slot    INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE links (
  case_hash BLOB PRIMARY KEY,
  home_hash BLOB NOT NULL,
  form      TEXT NOT NULL,
  survey    TEXT NOT NULL,
  grid      TEXT NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0,
  sealed    BLOB NOT NULL,               -- JSON {household, case}
  UNIQUE (home_hash, form)
) WITHOUT ROWID;
CREATE INDEX links_grid ON links (grid);
CREATE INDEX links_survey ON links (survey);
CREATE INDEX links_waiting ON links (delivered) WHERE delivered = 0;

-- Grows with every change of a street's links.
CREATE TABLE link_versions (
  street  TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) WITHOUT ROWID;
