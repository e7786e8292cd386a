-- People who objected, or asked to be erased. The suppression file beside the key has the promises themselves; an index
-- knows how many of them it has carried out.
CREATE TABLE suppression_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    file    BLOB NOT NULL,    -- identifier of the suppression file
    applied INTEGER NOT NULL  -- its entries that were carried out here
) STRICT;

-- Certificates that are hidden from every reader while their processing is restricted.
CREATE TABLE restricted_certificate (
    certificate INTEGER PRIMARY KEY REFERENCES certificate (id) ON DELETE CASCADE,
    suppression INTEGER NOT NULL  -- number of the entry
) STRICT;

-- Other identifiers in certificates that were left out. A look-up of one of them isn't complete.
CREATE TABLE suppressed_other (
    id     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,     -- HMAC-SHA-256 of a look-up key; of a name: of one word
    words  INTEGER NOT NULL,  -- 0, or the number of the name that the word belongs to
    crc    INTEGER,
    UNIQUE (digest, words)
) STRICT;

CREATE TRIGGER suppressed_other_totalled AFTER UPDATE OF crc ON suppressed_other BEGIN
    UPDATE table_total SET total = total + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE name = 'suppressed_other';
END;

CREATE TRIGGER suppressed_other_untotalled AFTER DELETE ON suppressed_other BEGIN
    UPDATE table_total SET total = total - coalesce(OLD.crc, 0) WHERE name = 'suppressed_other';
END;

INSERT INTO table_total (name, total) VALUES ('suppressed_other', 0);

-- Cases that the transaction under way may make pseudonymous; empty outside of it.
CREATE TABLE forgetting_case (
    subject_case INTEGER PRIMARY KEY
) STRICT;

DROP TRIGGER subject_case_stays;
CREATE TRIGGER subject_case_stays
BEFORE UPDATE OF id, number, kind, regime, received, lang, channel, requester, since ON subject_case
WHEN OLD.id NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;

DROP TRIGGER case_identifier_stays;
CREATE TRIGGER case_identifier_stays
BEFORE UPDATE OF id, subject_case, text, kind, canonical ON case_identifier
WHEN OLD.subject_case NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;

DROP TRIGGER case_event_stays;
CREATE TRIGGER case_event_stays
BEFORE UPDATE OF id, subject_case, ordinal, at, recorded, who, action, detail ON case_event
WHEN OLD.subject_case NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;
