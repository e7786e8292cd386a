-- Heads that were seen, failures by kind, evidence that a third party can verify.

-- The first failure after the last success, and the kind of the last failure.
ALTER TABLE log ADD COLUMN failing_since TEXT;
ALTER TABLE log ADD COLUMN failure TEXT;

UPDATE log SET failing_since = last_error_at, failure = 'unavailable' WHERE last_error IS NOT NULL;

-- Signed heads that passes accepted, verbatim, thinned out: one an hour for 8 days, one a day for two years, the newest.
CREATE TABLE head_seen (
    id         INTEGER PRIMARY KEY,
    log        INTEGER NOT NULL REFERENCES log (id),
    size       INTEGER NOT NULL CHECK (size >= 0),
    root       BLOB NOT NULL CHECK (length(root) = 32),
    timestamp  INTEGER NOT NULL,
    signature  BLOB NOT NULL,
    raw        BLOB NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    UNIQUE (log, size, timestamp, root, signature)
) STRICT;

CREATE INDEX head_seen_first ON head_seen (log, first_seen);
