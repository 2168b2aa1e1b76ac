-- The first schema.
-- Blobs whose comment says "sealed" are sealed values (see src/seal.rs); "look-up" is a keyed hash.
-- AUTOINCREMENT everywhere: a number is never given out twice, so no sealed value of an erased row
-- can be mistaken for one of a new row.

CREATE TABLE vault (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    epoch     BLOB NOT NULL,     -- random, new with every change of the host's key
    encrypted INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
    lookup    BLOB NOT NULL,     -- sealed by the host's key: the store's look-up key
    erasures  INTEGER NOT NULL   -- counts erasures, so that caches in other processes notice
) STRICT;

CREATE TABLE subject (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    lookup   BLOB NOT NULL UNIQUE,
    data_key BLOB NOT NULL,      -- sealed by the host's key: destroying it erases the person
    name     BLOB NOT NULL       -- sealed
) STRICT;

CREATE TABLE site (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_id INTEGER NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    lookup     BLOB NOT NULL,
    name       BLOB NOT NULL,    -- sealed
    UNIQUE (subject_id, lookup)
) STRICT;

CREATE TABLE lesion (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    lookup  BLOB NOT NULL,
    name    BLOB NOT NULL,       -- sealed
    UNIQUE (site_id, lookup),
    UNIQUE (id, site_id)         -- target of scan's foreign key
) STRICT;

CREATE TABLE scan (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    uid       BLOB NOT NULL UNIQUE,   -- 16 random bytes, kept across export and import
    site_id   INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    lesion_id INTEGER,
    position  INTEGER NOT NULL,       -- order by time within the site, so that the time itself can be sealed
    record    BLOB NOT NULL,          -- sealed JSON: time, versions, region, quality, receipt
    FOREIGN KEY (lesion_id, site_id) REFERENCES lesion (id, site_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX scan_by_site ON scan (site_id, position);
CREATE INDEX scan_by_lesion ON scan (lesion_id, position) WHERE lesion_id IS NOT NULL;

CREATE TABLE finding (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id) ON DELETE CASCADE,
    value   BLOB NOT NULL             -- sealed JSON: probabilities, prediction set
) STRICT;

CREATE TABLE pack (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    lookup BLOB NOT NULL UNIQUE,      -- look-up of identity and version
    length INTEGER NOT NULL           -- values an embedding
) STRICT;

-- Embeddings of different packs are never compared, so each belongs to one.
CREATE TABLE embedding (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id) ON DELETE CASCADE,
    pack_id INTEGER NOT NULL REFERENCES pack (id),
    value   BLOB NOT NULL             -- sealed: little-endian 32-bit floats
) STRICT;
CREATE INDEX embedding_by_pack ON embedding (pack_id, scan_id);

CREATE TABLE raster (
    scan_id INTEGER NOT NULL REFERENCES scan (id) ON DELETE CASCADE,
    kind    INTEGER NOT NULL,         -- 1 heatmap, 2 mask
    value   BLOB NOT NULL,            -- sealed: width, height, channels (little-endian u32), then bytes
    PRIMARY KEY (scan_id, kind)
) STRICT;

CREATE TABLE picture (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id) ON DELETE CASCADE,
    value   BLOB NOT NULL             -- sealed: the picture's file as the host gave it
) STRICT;
