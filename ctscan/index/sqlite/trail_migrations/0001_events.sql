-- Events: only added, numbered 1, 2, 3 and so on. Texts are empty, and numbers NULL, where they don't apply.
CREATE TABLE event (
    id            INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,  -- RFC 3339 with microseconds, UTC
    who           TEXT NOT NULL,
    action        TEXT NOT NULL,
    state         TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    case_number   TEXT NOT NULL,
    kind          TEXT NOT NULL,  -- of the identifier
    digest        BLOB NOT NULL,  -- HMAC-SHA-256 of the identifier under the key of `digest_key`
    answer        TEXT NOT NULL,  -- id of the answer
    answer_digest TEXT NOT NULL,
    verdict       TEXT NOT NULL,
    detail        TEXT NOT NULL,
    intent        INTEGER REFERENCES event (id)  -- the event `intended` that this event ends
) STRICT;

CREATE UNIQUE INDEX event_answer ON event (answer) WHERE answer <> '';
CREATE UNIQUE INDEX event_intent ON event (intent) WHERE intent IS NOT NULL;
CREATE INDEX event_intended ON event (id) WHERE state = 'intended';

CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN
    SELECT raise(ABORT, 'events are only added');
END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN
    SELECT raise(ABORT, 'events are only added');
END;

-- Identifier of the key that the digests are made with: derived from the key, which is in the key file alone.
CREATE TABLE digest_key (
    number INTEGER PRIMARY KEY,
    key_id BLOB NOT NULL UNIQUE,
    since  TEXT NOT NULL
) STRICT;
