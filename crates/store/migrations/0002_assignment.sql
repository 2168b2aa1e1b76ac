-- A scan can be put to another lesion of its site later, by the host's matching or by hand.
-- What was decided when and why is kept beside the scan.
CREATE TABLE assignment (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    scan_id INTEGER NOT NULL REFERENCES scan (id) ON DELETE CASCADE,
    value   BLOB NOT NULL             -- sealed JSON: time, from, to, evidence
) STRICT;
CREATE INDEX assignment_by_scan ON assignment (scan_id);
