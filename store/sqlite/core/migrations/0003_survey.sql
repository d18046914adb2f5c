-- Surveys, areas, forms, assignments, retention plans, bulk erasures. No identity: households stand here by code only.
CREATE TABLE surveys (
  id    TEXT PRIMARY KEY,
  body  TEXT NOT NULL                    -- JSON
) WITHOUT ROWID;

CREATE TABLE areas (
  code    TEXT PRIMARY KEY,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  kind    TEXT NOT NULL,
  parent  TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX areas_kind ON areas (kind, code);

-- Rowid tables: bodies are large.
CREATE TABLE forms (
  n        INTEGER PRIMARY KEY AUTOINCREMENT, -- order of adding
  id       TEXT NOT NULL,
  version  TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  sha256   TEXT NOT NULL,
  md5      TEXT NOT NULL,
  xml      BLOB NOT NULL,
  source   BLOB,                         -- the XLSX it was made of
  closed   INTEGER NOT NULL DEFAULT 0,
  added    INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  warnings TEXT NOT NULL,                -- JSON list
  UNIQUE (id, version)
);

CREATE TABLE form_files (
  form   INTEGER NOT NULL REFERENCES forms (n),
  name   TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  md5    TEXT NOT NULL,
  size   INTEGER NOT NULL,
  bytes  BLOB NOT NULL,
  UNIQUE (form, name)
);

CREATE TABLE assignments (
  grid      TEXT NOT NULL,
  id        TEXT NOT NULL UNIQUE,
  survey    TEXT NOT NULL,
  form      TEXT NOT NULL,
  household TEXT NOT NULL,               -- '' = every selected household of the grid
  worker    TEXT NOT NULL,
  due       TEXT NOT NULL,
  PRIMARY KEY (grid, id)
) WITHOUT ROWID;
CREATE INDEX assignments_worker ON assignments (worker, grid, id);

-- What grows with every change: key '' = surveys and forms, else a street's assignments.
CREATE TABLE survey_versions (
  key     TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE retention_plans (
  id     TEXT PRIMARY KEY,
  kind   TEXT NOT NULL,
  survey TEXT NOT NULL,
  due    TEXT NOT NULL,
  done   TEXT NOT NULL,
  count  INTEGER NOT NULL,
  note   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE erasures (
  n            INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  records      TEXT NOT NULL,            -- JSON list of ids
  reason       TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested    INTEGER NOT NULL,
  confirmed_by TEXT NOT NULL,
  confirmed    INTEGER NOT NULL,         -- ms, 0 = not yet
  missing      TEXT NOT NULL             -- JSON list
);
