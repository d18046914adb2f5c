-- id is the keyed hash that names the file; slot is where its key lies.
CREATE TABLE blobs (
  id     BLOB PRIMARY KEY,
  slot   INTEGER NOT NULL,
  size   INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  crc    INTEGER NOT NULL
) WITHOUT ROWID;

-- Which record the bytes were sent for, under which ending, by which device.
CREATE TABLE refs (
  id     BLOB NOT NULL,
  stream TEXT NOT NULL,
  record TEXT NOT NULL,
  ext    TEXT NOT NULL,
  device TEXT NOT NULL,
  at     INTEGER NOT NULL,
  crc    INTEGER NOT NULL,
  PRIMARY KEY (id, stream, record)
) WITHOUT ROWID;
CREATE INDEX refs_record ON refs (stream, record);

-- What a device sent on a day.
CREATE TABLE used (
  device TEXT NOT NULL,
  day    TEXT NOT NULL,
  bytes  INTEGER NOT NULL,
  PRIMARY KEY (device, day)
) WITHOUT ROWID;
