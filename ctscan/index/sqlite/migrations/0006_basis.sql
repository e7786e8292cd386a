-- The basis: the logs that answers speak of, in recorded revisions.

CREATE TABLE basis (
    revision INTEGER PRIMARY KEY CHECK (revision > 0),
    at       TEXT NOT NULL,
    who      TEXT NOT NULL,
    change   TEXT NOT NULL,  -- a message
    note     TEXT NOT NULL,
    source   TEXT NOT NULL,
    choice   TEXT,           -- JSON: {"log_list": text or null, "logs": [text, ...]}; null: not known
    keys     TEXT            -- likewise; null: file and environment gave none
) STRICT;

-- Every log of a revision, in order. Members are the logs that answers speak of; reason says why scans don't read a
-- member any longer, and since from when. Of the other logs, reason says why they are outside.
CREATE TABLE basis_log (
    id        INTEGER PRIMARY KEY,
    basis     INTEGER NOT NULL REFERENCES basis (revision),
    log_id    BLOB NOT NULL,  -- empty where the log list gives none
    name      TEXT NOT NULL,
    operator  TEXT NOT NULL,
    is_member INTEGER NOT NULL CHECK (is_member IN (0, 1)),
    reason    TEXT,           -- a message
    since     TEXT,
    CHECK (is_member OR reason IS NOT NULL)
) STRICT;

CREATE INDEX basis_log_basis ON basis_log (basis);

-- Answers of an older version spoke of the logs of the last run.
INSERT INTO basis (revision, at, who, change, note, source)
SELECT 1, started, who, '["basis.migrated"]', '', 'last run' FROM run WHERE id = (SELECT max(run) FROM run_log);

INSERT INTO basis_log (basis, log_id, name, operator, is_member, reason)
SELECT 1, log_id, name, operator, reason IS NULL, reason FROM run_log
WHERE run = (SELECT max(run) FROM run_log) ORDER BY id;
