-- App users: what Collect and Enketo sign in with. Each is a device of platform openrosa beside (listed and revoked with
-- the others). Times are milliseconds since the Unix epoch, 0 = never.
CREATE TABLE app_users (
  device    TEXT PRIMARY KEY REFERENCES devices (id),
  enrolment TEXT NOT NULL,
  key_hash  BLOB NOT NULL UNIQUE,       -- SHA-256 of the key in the path, lower case
  username  TEXT NOT NULL UNIQUE,       -- of Basic and Digest
  ha1       BLOB NOT NULL,              -- MD5 of username, realm and password, sealed
  grids     TEXT NOT NULL,              -- space-separated; granted at first use
  created   INTEGER NOT NULL,
  used      INTEGER NOT NULL            -- first use
) WITHOUT ROWID;
CREATE INDEX app_users_enrolment ON app_users (enrolment);
