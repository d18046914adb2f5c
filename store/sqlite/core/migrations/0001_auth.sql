-- Accounts, phones, codes, sessions and the audit log. Times are milliseconds since the Unix epoch, 0 = never.
CREATE TABLE users (
  id          TEXT PRIMARY KEY,
  login       TEXT NOT NULL,
  login_key   TEXT UNIQUE,              -- NULL for workers that only enrol
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,
  area        TEXT NOT NULL,
  hash        TEXT NOT NULL,
  valid_until INTEGER NOT NULL,
  disabled    INTEGER NOT NULL,
  created     INTEGER NOT NULL,
  changed     INTEGER NOT NULL
) WITHOUT ROWID;

-- No reference to users: a withdrawal replayed from the journal may name a worker this database does not know.
CREATE TABLE grants (
  worker   TEXT NOT NULL,
  grid     TEXT NOT NULL,
  from_ms  INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  by_user  TEXT NOT NULL,
  PRIMARY KEY (worker, grid, from_ms)
) WITHOUT ROWID;
CREATE INDEX grants_grid ON grants (grid);

CREATE TABLE enrolments (
  id         TEXT PRIMARY KEY,
  code_hash  BLOB NOT NULL UNIQUE,
  worker     TEXT NOT NULL,
  name       TEXT NOT NULL,
  street     TEXT NOT NULL,
  grids      TEXT NOT NULL,             -- space-separated
  created    INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires    INTEGER NOT NULL,
  used       INTEGER NOT NULL,
  device     TEXT NOT NULL,
  revoked    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX enrolments_created ON enrolments (created, id);

CREATE TABLE devices (
  id          TEXT PRIMARY KEY,
  registry_id TEXT NOT NULL UNIQUE,
  street      TEXT NOT NULL,
  worker      TEXT NOT NULL REFERENCES users (id),
  name        TEXT NOT NULL,
  platform    TEXT NOT NULL,
  public_key  BLOB,
  enrolled    INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  confirmed   INTEGER NOT NULL,
  revoked     INTEGER NOT NULL,
  revoked_by  TEXT NOT NULL,
  reason      TEXT NOT NULL,
  drain_until INTEGER NOT NULL,
  fork_of     TEXT NOT NULL,
  enrolment   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX devices_worker ON devices (worker, id);

-- Device ids that stay revoked even where a restored database does not know the device.
CREATE TABLE revocations (
  device      TEXT PRIMARY KEY,
  at          INTEGER NOT NULL,
  drain_until INTEGER NOT NULL,
  by_user     TEXT NOT NULL,
  reason      TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL,
  user         TEXT NOT NULL REFERENCES users (id),
  device       TEXT NOT NULL,
  created      INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  ended        INTEGER NOT NULL,
  why          TEXT NOT NULL,
  ip           TEXT NOT NULL,
  agent        TEXT NOT NULL,
  gen          INTEGER NOT NULL,
  refresh_hash BLOB NOT NULL,
  prev_hash    BLOB NOT NULL,
  idle         INTEGER NOT NULL,
  rotated      INTEGER NOT NULL,
  seen_gen     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user, id);
CREATE INDEX sessions_device ON sessions (device, id) WHERE device <> '';
CREATE INDEX sessions_expires ON sessions (expires);

-- Signed messages that may not be used a second time.
CREATE TABLE proofs (
  hash     BLOB PRIMARY KEY,
  until_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX proofs_until ON proofs (until_ms);

CREATE TABLE audit (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  role    TEXT NOT NULL,
  action  TEXT NOT NULL,
  object  TEXT NOT NULL,
  area    TEXT NOT NULL,
  filter  TEXT NOT NULL,
  rows    INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  request TEXT NOT NULL,
  hash    BLOB NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_object ON audit (object, seq) WHERE object <> '';
CREATE INDEX audit_at ON audit (at);
