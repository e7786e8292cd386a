-- Who holds which part of a log, and when it last made progress. The operating system holds the part itself (a lock
-- that a killed process loses): a row without such a lock is of a dead process, and goes with the next lease there.

CREATE TABLE holder (
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL,
    range_end INTEGER, -- NULL: without an end
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    who TEXT NOT NULL,
    since TEXT NOT NULL,
    progressed_at TEXT NOT NULL
) STRICT;
