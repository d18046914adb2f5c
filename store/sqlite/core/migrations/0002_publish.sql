-- Released summaries and export jobs. Times are milliseconds since the Unix epoch, 0 = never.
CREATE TABLE releases (
  id       TEXT PRIMARY KEY,
  street   TEXT NOT NULL,
  form     TEXT NOT NULL,
  by_user  TEXT NOT NULL,
  by_name  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  snapshot TEXT NOT NULL,
  note     TEXT NOT NULL,
  json     BLOB NOT NULL,
  html     BLOB NOT NULL,
  html_en  BLOB NOT NULL
);
CREATE INDEX releases_street ON releases (street, at, id);

CREATE TABLE export_jobs (
  id         TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  form       TEXT NOT NULL,
  format     TEXT NOT NULL,
  area       TEXT NOT NULL,
  statuses   TEXT NOT NULL,             -- space-separated
  correction INTEGER NOT NULL,
  state      TEXT NOT NULL,
  done       INTEGER NOT NULL,
  total      INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  finished   INTEGER NOT NULL,
  lease      INTEGER NOT NULL,
  file       TEXT NOT NULL,
  size       INTEGER NOT NULL,
  snapshot   TEXT NOT NULL,
  code       TEXT NOT NULL
);
CREATE INDEX export_jobs_owner ON export_jobs (owner, created, id);
CREATE INDEX export_jobs_state ON export_jobs (state, created, id);
