-- What an index remembers of things beside it: its audit trail, and the log list of its basis.

-- The audit trail in which everything about this index is recorded, the newest last. A trail that is missing, or another
-- one in its place, is noticed by it.
CREATE TABLE known_trail (
    number   INTEGER PRIMARY KEY,
    trail_id BLOB NOT NULL,
    at       TEXT NOT NULL,  -- when the index first saw it
    who      TEXT NOT NULL,
    reason   TEXT NOT NULL   -- why it took the place of the trail before; empty for the first
) STRICT;

-- The log list of the basis while it can't be read; no row: the last scan read it.
CREATE TABLE list_failure (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    since TEXT NOT NULL,
    at    TEXT NOT NULL,  -- of the last try
    error TEXT NOT NULL
) STRICT;
