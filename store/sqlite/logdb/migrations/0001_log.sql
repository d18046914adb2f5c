-- One stream's log. Everything somebody answered is in a sealed BLOB (body, state, packed, cells); the columns beside it
-- hold ids and what lists are filtered by. Rows end in a CRC-32C of their clear columns.

CREATE TABLE epochs (
  no  INTEGER PRIMARY KEY,
  id  TEXT NOT NULL UNIQUE,
  crc INTEGER NOT NULL
);

CREATE TABLE streets (
  no    INTEGER PRIMARY KEY,
  code  TEXT NOT NULL UNIQUE,
  seq   INTEGER NOT NULL,
  chain BLOB NOT NULL,
  crc   INTEGER NOT NULL
);

-- last, last_head: the last line stored and the running hash there. have, head and the rest are what the engine knows.
CREATE TABLE devices (
  no        INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  known     INTEGER NOT NULL,
  street    TEXT NOT NULL,
  worker    TEXT NOT NULL,
  have      INTEGER NOT NULL,
  head      BLOB NOT NULL,
  safe      INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  attested  INTEGER NOT NULL,
  pulled    INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  last_head BLOB NOT NULL,
  crc       INTEGER NOT NULL
);
CREATE INDEX devices_street ON devices (street, id);

-- Every 32nd running hash of a device, so that the others are a few steps away.
CREATE TABLE device_heads (
  device INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  head   BLOB NOT NULL,
  PRIMARY KEY (device, seq)
) WITHOUT ROWID;

-- place = street number * 2^40 + street sequence. status: 1 merged, 2 waiting, 3 quarantined, 4 void.
-- No partial indexes here: a table that has one makes SQLite prepare its statements anew whenever a parameter changes.
CREATE TABLE lines (
  place     INTEGER PRIMARY KEY,
  device    INTEGER NOT NULL,
  dev_seq   INTEGER NOT NULL,
  id        BLOB NOT NULL,
  rec       INTEGER,
  form      TEXT NOT NULL,
  version   TEXT NOT NULL,
  grid      TEXT NOT NULL,
  worker    TEXT NOT NULL,
  received  INTEGER NOT NULL,
  effective INTEGER NOT NULL,
  ord       INTEGER NOT NULL,
  turn      INTEGER NOT NULL,
  status    INTEGER NOT NULL,
  code      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  stripped  INTEGER NOT NULL,
  chain     BLOB NOT NULL,
  crc       INTEGER NOT NULL,
  body      BLOB
);
CREATE UNIQUE INDEX lines_dot ON lines (device, dev_seq);
CREATE INDEX lines_rec ON lines (rec);

-- The places of lines that wait or are in quarantine.
CREATE TABLE unsettled (place INTEGER PRIMARY KEY);

CREATE TABLE events (
  place  INTEGER PRIMARY KEY,
  kind   TEXT NOT NULL,
  record TEXT NOT NULL,
  grid   TEXT NOT NULL,
  worker TEXT NOT NULL,
  prefix TEXT NOT NULL,
  target INTEGER NOT NULL,
  detail TEXT NOT NULL,
  at     INTEGER NOT NULL,
  chain  BLOB NOT NULL,
  crc    INTEGER NOT NULL
);

-- no is taken from the slot file when the first line of the record comes and never changes; slot is where its key lies
-- now (another one once values were withheld). status '' = nothing was merged or withheld yet. created, changed: places.
CREATE TABLE records (
  no         INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  slot       INTEGER NOT NULL,
  street     INTEGER NOT NULL,
  grid       TEXT NOT NULL,
  form       TEXT NOT NULL,
  version    TEXT NOT NULL,
  author     TEXT NOT NULL,
  assignees  TEXT NOT NULL,
  digest     BLOB NOT NULL,
  created    INTEGER,
  changed    INTEGER,
  orders     INTEGER NOT NULL,
  submitted  INTEGER NOT NULL,
  case_no    TEXT,
  status     TEXT NOT NULL,
  conflicts  TEXT NOT NULL,
  flags      TEXT NOT NULL,
  open       INTEGER NOT NULL,
  edit_until INTEGER NOT NULL,
  crc        INTEGER NOT NULL
);
CREATE INDEX records_changed ON records (changed);
CREATE INDEX records_created ON records (created);
CREATE INDEX records_grid ON records (grid, id);
CREATE INDEX records_case ON records (case_no);

-- packed holds the row for tables and what the record adds to aggregates; it is made again from state.
CREATE TABLE states (
  no     INTEGER PRIMARY KEY,
  state  BLOB NOT NULL,
  packed BLOB
);

CREATE TABLE withdrawals (
  hash TEXT NOT NULL,
  rec  INTEGER NOT NULL,
  PRIMARY KEY (hash, rec)
) WITHOUT ROWID;
CREATE INDEX withdrawals_rec ON withdrawals (rec);

CREATE TABLE blob_refs (
  hash BLOB NOT NULL,
  rec  INTEGER NOT NULL,
  PRIMARY KEY (hash, rec)
) WITHOUT ROWID;
CREATE INDEX blob_refs_rec ON blob_refs (rec);

-- What is to be destroyed outside the database once the erasure that names it is committed.
CREATE TABLE destroying (
  no   INTEGER PRIMARY KEY,
  slot INTEGER,
  blob BLOB
);

CREATE TABLE attestations (
  device TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  head   BLOB NOT NULL,
  sig    BLOB NOT NULL,
  crc    INTEGER NOT NULL,
  PRIMARY KEY (device, seq)
) WITHOUT ROWID;

CREATE TABLE idempotency (
  user      TEXT NOT NULL,
  key       TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  outcome   BLOB NOT NULL,
  crc       INTEGER NOT NULL,
  PRIMARY KEY (user, key)
) WITHOUT ROWID;

CREATE TABLE cases (
  no      TEXT PRIMARY KEY,
  street  TEXT NOT NULL,
  grid    TEXT NOT NULL,
  form    TEXT NOT NULL,
  stratum TEXT NOT NULL,
  psu     TEXT NOT NULL,
  weight  REAL NOT NULL,
  fpc1    REAL NOT NULL,
  fpc2    REAL NOT NULL,
  crc     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX cases_place ON cases (street, grid, no);

-- Aggregates: a block holds every (question, choice) of one place in the design, sealed; the names are numbered.
CREATE TABLE cell_names (
  no       INTEGER PRIMARY KEY,
  form     TEXT NOT NULL,
  question TEXT NOT NULL,
  choice   TEXT NOT NULL,
  crc      INTEGER NOT NULL,
  UNIQUE (form, question, choice)
);
CREATE TABLE cell_blocks (
  no      INTEGER PRIMARY KEY,
  street  INTEGER NOT NULL,
  form    TEXT NOT NULL,
  grid    TEXT NOT NULL,
  psu     TEXT NOT NULL,
  stratum TEXT NOT NULL,
  status  TEXT NOT NULL,
  post    TEXT NOT NULL,
  cells   BLOB NOT NULL,
  UNIQUE (street, form, grid, psu, stratum, status, post)
);
CREATE TABLE tallies (
  street    INTEGER NOT NULL,
  grid      TEXT NOT NULL,
  form      TEXT NOT NULL,
  status    TEXT NOT NULL,
  n         INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  flagged   INTEGER NOT NULL,
  PRIMARY KEY (street, grid, form, status)
) WITHOUT ROWID;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
