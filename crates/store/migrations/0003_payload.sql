-- What the host keeps of a scan is one payload, which the store seals and never looks into. Rows of before keep the form
-- that they have (see src/read.rs): to change it would take every subject's key.
ALTER TABLE finding RENAME TO payload;

-- Which history this is, so that the log (-wal) of another one beside the file is noticed before it is replayed. Every
-- transaction counts here, so that every log holds this row.
ALTER TABLE vault ADD COLUMN history BLOB NOT NULL DEFAULT x'';
ALTER TABLE vault ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;
UPDATE vault SET history = randomblob(16);
