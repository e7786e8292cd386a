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

-- Evidence of misbehaviour that a third party can verify. kind is null for rows of older versions, which kept heads
-- only; hashes: 32 bytes each, back to back.
ALTER TABLE misbehaviour ADD COLUMN kind TEXT;
ALTER TABLE misbehaviour ADD COLUMN hashes BLOB NOT NULL DEFAULT x'';

-- Decisions about recorded misbehaviour, to dismiss or to restore it; the newest one counts. reason is text of a
-- person, or a code.
CREATE TABLE misbehaviour_decision (
    id           INTEGER PRIMARY KEY,
    misbehaviour INTEGER NOT NULL REFERENCES misbehaviour (id) ON DELETE CASCADE,
    at           TEXT NOT NULL,
    who          TEXT NOT NULL,
    is_dismissal INTEGER NOT NULL CHECK (is_dismissal IN (0, 1)),
    reason       TEXT NOT NULL
) STRICT;

CREATE INDEX misbehaviour_decision_of ON misbehaviour_decision (misbehaviour);
