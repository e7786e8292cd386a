-- Room for many findings: what many of them have in common is written once, and so is a hash that several proofs share.

-- How and where something was found: all of a finding but what the certificate says. There are some thousands of these,
-- whatever the number of findings. Lists are separated by blanks.
CREATE TABLE trait (
    id           INTEGER PRIMARY KEY,
    rule         TEXT NOT NULL,
    category     TEXT NOT NULL,
    categories   TEXT NOT NULL,
    place        TEXT NOT NULL,
    oid          TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    confidence   TEXT NOT NULL,
    why          TEXT NOT NULL,
    person       TEXT NOT NULL,  -- the same word in one certificate: the same person
    sensitivity  TEXT NOT NULL,
    marks        TEXT NOT NULL,
    tag          INTEGER NOT NULL,  -- identifier octet of the value as encoded; 0: none
    UNIQUE (place, rule, why, category, categories, oid, subject_kind, confidence, person, sensitivity, marks, tag)
) STRICT;

INSERT INTO trait (rule, category, categories, place, oid, subject_kind, confidence, why, person, sensitivity, marks, tag)
SELECT DISTINCT rule, category, coalesce(categories, category), place, oid, subject_kind, confidence, why, person,
    coalesce(sensitivity, 'ordinary'), coalesce(marks, ''), tag
FROM finding;

ALTER TABLE finding RENAME TO old_finding;
ALTER TABLE lookup_key RENAME TO old_lookup_key;

CREATE TABLE lookup_key (
    id   INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    UNIQUE (kind, key)
) STRICT;

INSERT INTO lookup_key (kind, key) SELECT DISTINCT kind, key FROM old_lookup_key;

-- Which certificates a key finds, those that came last at the end. Both are rows; they are not declared as references,
-- as looking at the other end of each takes as long as writing it: the trigger below keeps them together.
CREATE TABLE posting (
    key         INTEGER NOT NULL,
    certificate INTEGER NOT NULL,
    PRIMARY KEY (key, certificate)
) STRICT, WITHOUT ROWID;

INSERT INTO posting (key, certificate)
SELECT DISTINCT lookup_key.id, certificate FROM old_lookup_key AS old
JOIN lookup_key ON lookup_key.kind = old.kind AND lookup_key.key = old.key
JOIN old_finding ON old_finding.id = old.finding
ORDER BY 1, 2;

-- canonical is null where it is the value, raw where it is the value in UTF-8, repaired where nothing was. trait is a row
-- that never goes. keys are ids of look-up keys in their order, separated by commas.
CREATE TABLE finding (
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    ordinal     INTEGER NOT NULL,
    trait       INTEGER NOT NULL,
    value       TEXT NOT NULL,
    canonical   TEXT,
    keys        TEXT NOT NULL,
    raw         BLOB,
    repaired    TEXT,
    PRIMARY KEY (certificate, ordinal)
) STRICT, WITHOUT ROWID;

INSERT INTO finding (certificate, ordinal, trait, value, canonical, keys, raw, repaired)
SELECT old.certificate, row_number() OVER (PARTITION BY old.certificate ORDER BY old.id) - 1, trait.id, value, canonical,
    coalesce((
        SELECT group_concat(id, ',') FROM (
            SELECT lookup_key.id FROM old_lookup_key AS given
            JOIN lookup_key ON lookup_key.kind = given.kind AND lookup_key.key = given.key
            WHERE given.finding = old.id ORDER BY given.ordinal
        )
    ), ''),
    raw, repaired
FROM old_finding AS old
JOIN trait ON trait.place = old.place AND trait.rule = old.rule AND trait.why = old.why
    AND trait.category = old.category AND trait.categories = coalesce(old.categories, old.category)
    AND trait.oid = old.oid AND trait.subject_kind = old.subject_kind AND trait.confidence = old.confidence
    AND trait.person = old.person AND trait.sensitivity = coalesce(old.sensitivity, 'ordinary')
    AND trait.marks = coalesce(old.marks, '') AND trait.tag = old.tag
ORDER BY 1, 2;

DROP TABLE old_lookup_key;
DROP TABLE old_finding;

-- The findings of a certificate come and go together. With the last posting of a key goes the key: it is personal data.
CREATE TRIGGER finding_gone AFTER DELETE ON finding WHEN OLD.keys <> '' BEGIN
    DELETE FROM posting WHERE certificate = OLD.certificate
        AND key IN (SELECT value FROM json_each('[' || OLD.keys || ']'));
    DELETE FROM lookup_key WHERE id IN (SELECT value FROM json_each('[' || OLD.keys || ']'))
        AND NOT EXISTS (SELECT 1 FROM posting WHERE posting.key = lookup_key.id);
END;

-- Few leaves have more than one, so these are told apart by themselves and not by a hash. New ones are packed with the
-- leaf, which they repeat, as the dictionary.
CREATE TABLE submission (
    id   INTEGER PRIMARY KEY,
    leaf INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    der  BLOB NOT NULL  -- zlib
) STRICT;

INSERT INTO submission (id, leaf, der) SELECT id, leaf, der FROM submitted;
DROP TABLE submitted;
ALTER TABLE submission RENAME TO submitted;
CREATE INDEX submitted_leaf ON submitted (leaf);

-- With the kind, so that look-ups don't read leaves.
DROP INDEX leaf_certificate;
CREATE INDEX leaf_certificate ON leaf (certificate, kind);

-- Names of issuers. Those of certificates that can't be read are empty.
CREATE TABLE issuer_name (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,  -- SHA-256 of its DER
    name TEXT NOT NULL
) STRICT;

INSERT INTO issuer_name (hash, name) SELECT issuer_hash, min(issuer) FROM certificate GROUP BY issuer_hash;

ALTER TABLE certificate ADD COLUMN issued_by INTEGER REFERENCES issuer_name (id);
ALTER TABLE certificate ADD COLUMN valid_from INTEGER;  -- seconds since 1970
ALTER TABLE certificate ADD COLUMN valid_to INTEGER;
UPDATE certificate SET
    issued_by = (SELECT id FROM issuer_name WHERE hash = issuer_hash),
    valid_from = CAST(strftime('%s', not_before) AS INTEGER),
    valid_to = CAST(strftime('%s', not_after) AS INTEGER);
DROP INDEX certificate_serial;
ALTER TABLE certificate DROP COLUMN issuer_hash;
ALTER TABLE certificate DROP COLUMN issuer;
ALTER TABLE certificate DROP COLUMN not_before;
ALTER TABLE certificate DROP COLUMN not_after;
ALTER TABLE certificate RENAME COLUMN issued_by TO issuer;
ALTER TABLE certificate RENAME COLUMN valid_from TO not_before;
ALTER TABLE certificate RENAME COLUMN valid_to TO not_after;
CREATE INDEX certificate_serial ON certificate (serial, issuer);
CREATE INDEX certificate_issuer ON certificate (issuer);

-- One that names itself as its issuer names a person.
CREATE TRIGGER certificate_gone AFTER DELETE ON certificate BEGIN
    DELETE FROM issuer_name WHERE id = OLD.issuer
        AND NOT EXISTS (SELECT 1 FROM certificate WHERE issuer = OLD.issuer);
END;

-- Inclusion proofs of one step, which lead to one tree head. shape has "index own shared" for each, in the order of
-- their indexes: so many hashes of its own, then so many that end the proof before it as well.
CREATE TABLE audit_paths (
    id     INTEGER PRIMARY KEY,
    head   INTEGER NOT NULL REFERENCES tree_head (id),
    shape  TEXT NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) % 32 = 0)
) STRICT;

CREATE INDEX audit_paths_head ON audit_paths (head);

INSERT INTO audit_paths (id, head, shape, hashes)
SELECT id, head, entry_index || ' ' || (length(proof) / 32) || ' 0', proof FROM sighting WHERE proof IS NOT NULL;

ALTER TABLE sighting RENAME TO old_sighting;
DROP INDEX sighting_leaf;
DROP INDEX sighting_head;
DROP INDEX sighting_pending;

-- pending is the start of the pending range that a row came with; null as soon as it is proven.
CREATE TABLE sighting (
    id              INTEGER PRIMARY KEY,
    log             INTEGER NOT NULL REFERENCES log (id),
    entry_index     INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp       INTEGER NOT NULL,
    leaf            INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    issuer_key_hash BLOB NOT NULL,
    extensions      BLOB NOT NULL,
    pending         INTEGER,
    paths           INTEGER REFERENCES audit_paths (id),  -- with its proof
    UNIQUE (log, entry_index)
) STRICT;

INSERT INTO sighting (id, log, entry_index, timestamp, leaf, issuer_key_hash, extensions, pending, paths)
SELECT id, log, entry_index, timestamp, leaf, issuer_key_hash, extensions, pending, iif(proof IS NULL, NULL, id)
FROM old_sighting;

DROP TABLE old_sighting;
CREATE INDEX sighting_leaf ON sighting (leaf, timestamp);
CREATE INDEX sighting_paths ON sighting (paths) WHERE paths IS NOT NULL;
CREATE INDEX sighting_pending ON sighting (log, pending) WHERE pending IS NOT NULL;

CREATE TRIGGER sighting_gone AFTER DELETE ON sighting WHEN OLD.paths IS NOT NULL BEGIN
    DELETE FROM audit_paths WHERE id = OLD.paths AND NOT EXISTS (SELECT 1 FROM sighting WHERE paths = OLD.paths);
END;

CREATE TRIGGER sighting_proven_anew AFTER UPDATE OF paths ON sighting WHEN OLD.paths IS NOT NEW.paths BEGIN
    DELETE FROM audit_paths WHERE id = OLD.paths AND NOT EXISTS (SELECT 1 FROM sighting WHERE paths = OLD.paths);
END;
