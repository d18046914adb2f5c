-- What OpenRosa clients posted. An instance is one content of one instanceID; what it holds is sealed under its record's key.
-- meta is NULL once the record was erased: ids stay, so that what comes late is known.
CREATE TABLE instances (
  no       INTEGER PRIMARY KEY,
  rec      INTEGER NOT NULL,
  instance TEXT NOT NULL,
  parent   TEXT NOT NULL,
  due      INTEGER NOT NULL,
  crc      INTEGER NOT NULL,
  meta     BLOB
);
CREATE INDEX instances_instance ON instances (instance);
CREATE INDEX instances_parent ON instances (parent);
CREATE INDEX instances_rec ON instances (rec);

-- Instances whose entity nodes have not been applied.
CREATE TABLE instances_due (no INTEGER PRIMARY KEY);

-- The exact bytes posted, each distinct body once; id is the SHA-256 of the bytes.
CREATE TABLE posted (
  no       INTEGER PRIMARY KEY,
  instance INTEGER NOT NULL,
  id       BLOB NOT NULL,
  body     BLOB NOT NULL
);
CREATE INDEX posted_instance ON posted (instance);

-- Records that went into another one, by number.
CREATE TABLE retired (
  rec  INTEGER PRIMARY KEY,
  into_rec INTEGER NOT NULL,
  crc  INTEGER NOT NULL
);
CREATE INDEX retired_into ON retired (into_rec);
