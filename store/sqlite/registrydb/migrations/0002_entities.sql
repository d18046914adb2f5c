-- Entity lists: what submissions created and updated, scoped by street. Each change keeps a skeleton (what it is and what its
-- author had seen, without values) under the registry key, and its values under the key of the record it comes from; what
-- was derived lies under a key of the entity. Keys are slots of the registry's slot file, so that an erasure reaches backups.
CREATE TABLE entity_lists (
  street TEXT NOT NULL,
  list   TEXT NOT NULL,
  seq    INTEGER NOT NULL,               -- of the last change to any of its entities
  PRIMARY KEY (street, list)
) WITHOUT ROWID;

CREATE TABLE entity_columns (
  street TEXT NOT NULL,
  list   TEXT NOT NULL,
  name   TEXT NOT NULL,
  PRIMARY KEY (street, list, name)
) WITHOUT ROWID;

CREATE TABLE entities (
  ref       INTEGER PRIMARY KEY,
  street    TEXT NOT NULL,
  list      TEXT NOT NULL,
  id        TEXT NOT NULL,
  place     TEXT NOT NULL,               -- grid, village or street whose workers see it
  version   INTEGER NOT NULL,            -- only grows
  seq       INTEGER NOT NULL,
  shown     INTEGER NOT NULL,
  attention INTEGER NOT NULL,            -- the office should look at it
  slot      INTEGER NOT NULL,
  sealed    BLOB NOT NULL                -- JSON
);
CREATE UNIQUE INDEX entities_id ON entities (street, list, id);
CREATE UNIQUE INDEX entities_seq ON entities (street, list, seq);
CREATE INDEX entities_place ON entities (street, list, place, shown, id);
CREATE INDEX entities_moved ON entities (street, list, place, seq);
CREATE INDEX entities_attention ON entities (street, list, id) WHERE attention = 1;

CREATE TABLE entity_changes (
  ref      INTEGER PRIMARY KEY,
  entity   INTEGER NOT NULL,             -- entities.ref
  number   INTEGER NOT NULL,             -- server version it was stored under
  key      BLOB NOT NULL,                -- hash of instance, path and list: applied once
  source   BLOB NOT NULL,                -- hash of the record; empty for the office
  skeleton BLOB NOT NULL,                -- JSON without values
  sealed   BLOB NOT NULL                 -- JSON of values; empty once erased
);
CREATE UNIQUE INDEX entity_changes_number ON entity_changes (entity, number);
CREATE UNIQUE INDEX entity_changes_key ON entity_changes (key);
CREATE INDEX entity_changes_source ON entity_changes (source);

-- The records changes come from. An erased one stays, so that nothing of it is taken in again.
CREATE TABLE entity_sources (
  source BLOB PRIMARY KEY,
  slot   INTEGER NOT NULL,
  erased INTEGER NOT NULL
) WITHOUT ROWID;

-- How far the entities of a place are, and which left it.
CREATE TABLE entity_places (
  street TEXT NOT NULL,
  list   TEXT NOT NULL,
  place  TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (street, list, place)
) WITHOUT ROWID;

CREATE TABLE entity_left (
  street TEXT NOT NULL,
  list   TEXT NOT NULL,
  place  TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  PRIMARY KEY (street, list, place, seq)
) WITHOUT ROWID;

CREATE TABLE entity_faults (
  ref    INTEGER PRIMARY KEY,
  street TEXT NOT NULL,
  key    BLOB NOT NULL,
  source BLOB NOT NULL,
  sealed BLOB NOT NULL                   -- JSON
);
CREATE UNIQUE INDEX entity_faults_key ON entity_faults (key);
CREATE INDEX entity_faults_street ON entity_faults (street, ref);
CREATE INDEX entity_faults_source ON entity_faults (source);

-- Keys to be destroyed: noted in the transaction that ends their use.
CREATE TABLE entity_spent (
  slot INTEGER PRIMARY KEY
);

-- One row: the epoch these tables live in, and up to which entry of the journal erasures were carried out. A restore begins
-- another epoch, and list versions of before mean nothing in it.
CREATE TABLE entity_era (
  one      INTEGER PRIMARY KEY,
  era      TEXT NOT NULL,
  replayed INTEGER NOT NULL
);
INSERT INTO entity_era (one, era, replayed) VALUES (1, '', 0);
