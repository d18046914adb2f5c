-- The frame of households, contacts, and what visits came to. Beside the registry stream's log, in the same file, with
-- migrations of its own. Addresses, labels, contacts and visits are sealed under the registry key.
CREATE TABLE households (
  grid     TEXT NOT NULL,
  code     TEXT NOT NULL UNIQUE,
  sealed   BLOB NOT NULL,                -- JSON {address, label}
  stratum  TEXT NOT NULL,
  psu      TEXT NOT NULL,
  weight   REAL NOT NULL,
  fpc1     REAL NOT NULL,
  fpc2     REAL NOT NULL,
  selected INTEGER NOT NULL,
  PRIMARY KEY (grid, code)
) WITHOUT ROWID;
CREATE INDEX households_frame ON households (grid, selected, weight);

-- Grows with every change of a street's households.
CREATE TABLE frame_versions (
  street  TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE contacts (
  id     TEXT PRIMARY KEY,
  grid   TEXT NOT NULL,
  until  TEXT NOT NULL,                  -- civil date
  sealed BLOB NOT NULL                   -- JSON
) WITHOUT ROWID;
CREATE INDEX contacts_until ON contacts (until);

-- From here on: derived from the registry stream. Not in backups, made again from the log.
CREATE TABLE visit_marks (
  street TEXT PRIMARY KEY,
  seq    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE visits (
  record    TEXT PRIMARY KEY,
  street    TEXT NOT NULL,
  household TEXT NOT NULL,
  sealed    BLOB NOT NULL                -- JSON
) WITHOUT ROWID;
CREATE INDEX visits_household ON visits (household, record);
CREATE INDEX visits_street ON visits (street);

-- What each household adds to outcome_cells now.
CREATE TABLE outcomes (
  household TEXT PRIMARY KEY,
  grid      TEXT NOT NULL,
  sealed    BLOB NOT NULL                -- JSON
) WITHOUT ROWID;

CREATE TABLE outcome_cells (
  grid TEXT NOT NULL,
  what TEXT NOT NULL,                    -- final, refusal, attempts
  code TEXT NOT NULL,
  n    INTEGER NOT NULL,
  w    REAL NOT NULL,
  PRIMARY KEY (grid, what, code)
) WITHOUT ROWID;
