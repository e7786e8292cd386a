-- Cases: requests of data subjects. The history of a case only grows. A case goes as a whole, with its identifiers and
-- events; its number is never given again.
CREATE TABLE case_year (
    year INTEGER PRIMARY KEY,
    last INTEGER NOT NULL  -- number in the year that was given last
) STRICT;

CREATE TABLE subject_case (
    id          INTEGER PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,  -- C-2026-0017
    kind        TEXT NOT NULL,
    regime      TEXT NOT NULL,
    received    TEXT NOT NULL,  -- YYYY-MM-DD
    lang        TEXT NOT NULL,
    channel     TEXT NOT NULL,
    requester   TEXT NOT NULL,
    since       TEXT,              -- YYYY-MM-DD
    identifiers INTEGER NOT NULL,  -- number of rows in `case_identifier`
    events      INTEGER NOT NULL,  -- number of rows in `case_event`
    crc         INTEGER
) STRICT;

CREATE TABLE case_identifier (
    id           INTEGER PRIMARY KEY,
    subject_case INTEGER NOT NULL REFERENCES subject_case (id) ON DELETE CASCADE,
    text         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    canonical    TEXT NOT NULL,
    crc          INTEGER,
    UNIQUE (subject_case, kind, canonical)
) STRICT;

CREATE INDEX case_identifier_canonical ON case_identifier (kind, canonical);

CREATE TABLE case_event (
    id           INTEGER PRIMARY KEY,
    subject_case INTEGER NOT NULL REFERENCES subject_case (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,  -- 1, 2, 3 and so on in its case
    at           TEXT NOT NULL,     -- RFC 3339 with microseconds and the offset of the place: it decides the day
    recorded     TEXT NOT NULL,
    who          TEXT NOT NULL,
    action       TEXT NOT NULL,
    detail       TEXT NOT NULL,     -- object of JSON: texts by key
    crc          INTEGER,
    UNIQUE (subject_case, ordinal)
) STRICT;

CREATE TRIGGER subject_case_stays
BEFORE UPDATE OF id, number, kind, regime, received, lang, channel, requester, since ON subject_case BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;
CREATE TRIGGER case_identifier_stays
BEFORE UPDATE OF id, subject_case, text, kind, canonical ON case_identifier BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;
CREATE TRIGGER case_identifier_is_kept BEFORE DELETE ON case_identifier
WHEN EXISTS (SELECT 1 FROM subject_case WHERE id = OLD.subject_case) BEGIN
    SELECT raise(ABORT, 'a case goes as a whole');
END;
CREATE TRIGGER case_event_stays
BEFORE UPDATE OF id, subject_case, ordinal, at, recorded, who, action, detail ON case_event BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;
CREATE TRIGGER case_event_is_kept BEFORE DELETE ON case_event
WHEN EXISTS (SELECT 1 FROM subject_case WHERE id = OLD.subject_case) BEGIN
    SELECT raise(ABORT, 'a case goes as a whole');
END;
