-- Outlines of areas. A rowid table: bodies are large.
CREATE TABLE area_shapes (
  code     TEXT NOT NULL UNIQUE,
  geometry BLOB NOT NULL                 -- GeoJSON
);
