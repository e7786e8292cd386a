-- Watches, the certificates that match them, and what has to be told about them.
CREATE TABLE watch (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: a check knows its watches by their rows
    name    TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    term    TEXT NOT NULL,
    owner   TEXT NOT NULL,  -- team or account that answers for it
    purpose TEXT NOT NULL,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    crc     INTEGER
) STRICT;

-- Identifiers that the term of a watch names.
CREATE TABLE watch_form (
    watch     INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    canonical TEXT NOT NULL,
    PRIMARY KEY (watch, kind, canonical)
) STRICT, WITHOUT ROWID;

CREATE TABLE watch_match (
    watch       INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    state       TEXT NOT NULL CHECK (state IN ('baseline', 'waiting', 'acknowledged', 'alerted')),
    why         TEXT NOT NULL,
    at          TEXT NOT NULL,  -- of the state
    judge_at    TEXT,           -- of an acknowledged match: when to judge it again; NULL: never
    PRIMARY KEY (watch, certificate)
) STRICT, WITHOUT ROWID;

CREATE INDEX watch_match_certificate ON watch_match (certificate);
CREATE INDEX watch_match_waiting ON watch_match (certificate) WHERE state = 'waiting';
CREATE INDEX watch_match_acknowledged ON watch_match (judge_at) WHERE state = 'acknowledged';

-- Certificates that are new, or that have other findings, since the last check. The rows of deleted certificates are
-- given again, so that no row can mark where the last check ended.
CREATE TABLE unwatched (
    certificate INTEGER PRIMARY KEY REFERENCES certificate (id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER certificate_is_new AFTER INSERT ON certificate WHEN EXISTS (SELECT 1 FROM watch) BEGIN
    INSERT OR IGNORE INTO unwatched (certificate) VALUES (NEW.id);
END;

CREATE TRIGGER certificate_is_changed AFTER UPDATE OF findings_check, subject, issuer ON certificate
WHEN (NEW.findings_check IS NOT OLD.findings_check OR NEW.subject <> OLD.subject OR NEW.issuer IS NOT OLD.issuer)
    AND EXISTS (SELECT 1 FROM watch) BEGIN
    INSERT OR IGNORE INTO unwatched (certificate) VALUES (NEW.id);
END;

CREATE TRIGGER watch_is_last AFTER DELETE ON watch WHEN NOT EXISTS (SELECT 1 FROM watch) BEGIN
    DELETE FROM unwatched;
END;

CREATE TABLE ack (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    value  TEXT NOT NULL,  -- fingerprint in hexadecimal digits, words, or id of a rule
    reason TEXT NOT NULL,
    until  TEXT,           -- NULL: without an end
    at     TEXT NOT NULL,
    who    TEXT NOT NULL,
    crc    INTEGER
) STRICT;

-- Alerts hold no value of a person: what a certificate says is read when it is told.
CREATE TABLE alert (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid        TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    at          TEXT NOT NULL,
    why         TEXT NOT NULL,
    watch       INTEGER REFERENCES watch (id) ON DELETE SET NULL,
    watch_name  TEXT NOT NULL,
    owner       TEXT NOT NULL,
    certificate INTEGER REFERENCES certificate (id) ON DELETE CASCADE,
    subject     TEXT NOT NULL,  -- log, channel or case
    assigned    INTEGER NOT NULL DEFAULT 0 CHECK (assigned IN (0, 1))
) STRICT;

CREATE INDEX alert_certificate ON alert (certificate) WHERE certificate IS NOT NULL;
CREATE INDEX alert_watch ON alert (watch) WHERE watch IS NOT NULL;
CREATE INDEX alert_unassigned ON alert (id) WHERE assigned = 0;

-- Messages: alerts that are told together, fixed before the first try.
CREATE TABLE alert_message (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid      TEXT NOT NULL UNIQUE,
    channel   TEXT NOT NULL,
    made      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('due', 'delivered', 'dead')),
    tries     INTEGER NOT NULL DEFAULT 0,
    next_at   TEXT,  -- of the next try; NULL: at once
    ended     TEXT   -- when it was delivered or given up
) STRICT;

CREATE INDEX alert_message_due ON alert_message (channel, id) WHERE state = 'due';

CREATE TABLE alert_delivery (
    channel TEXT NOT NULL,
    alert   INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    message INTEGER REFERENCES alert_message (id) ON DELETE SET NULL,
    begun   TEXT,  -- time of the first try; NULL: nobody was told
    told    TEXT,  -- recipient of the first try, as the settings named it
    PRIMARY KEY (channel, alert)
) STRICT, WITHOUT ROWID;

CREATE INDEX alert_delivery_alert ON alert_delivery (alert);
CREATE INDEX alert_delivery_message ON alert_delivery (message) WHERE message IS NOT NULL;
CREATE INDEX alert_delivery_due ON alert_delivery (channel, alert) WHERE message IS NULL;

CREATE TRIGGER alert_delivery_gone AFTER DELETE ON alert_delivery WHEN OLD.message IS NOT NULL BEGIN
    DELETE FROM alert_message WHERE id = OLD.message
        AND NOT EXISTS (SELECT 1 FROM alert_delivery WHERE message = OLD.message);
END;

CREATE TABLE alert_channel (
    channel        TEXT PRIMARY KEY,
    failing_since  TEXT,
    last_error     TEXT,  -- a code with its parameters
    last_delivered TEXT
) STRICT;

-- Standing of logs, channels and cases that was told last.
CREATE TABLE alert_condition (
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    severity INTEGER NOT NULL,
    since    TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
