-- The trail as a transparency log: a Merkle tree (RFC 6962) whose leaf n - 1 is the hash of event n with its nonce.
ALTER TABLE event ADD COLUMN nonce BLOB NOT NULL DEFAULT x'';  -- 16 random bytes, so that nobody can guess the leaf

CREATE TABLE leaf (
    position INTEGER PRIMARY KEY,  -- from 0 on, without gaps
    hash     BLOB NOT NULL         -- stays when event and nonce are deleted
) STRICT;

-- Signed heads: the note is made of them, of the identity of the log and of its verifier key.
CREATE TABLE head (
    size      INTEGER PRIMARY KEY,
    root      BLOB NOT NULL,
    signature BLOB NOT NULL  -- Ed25519
) STRICT;

-- Right edge of the tree, from which it grows: the roots of its perfect subtrees, largest first.
CREATE TABLE edge (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    size  INTEGER NOT NULL,
    roots BLOB NOT NULL
) STRICT;

INSERT INTO edge (one, size, roots) VALUES (1, 0, x'');

ALTER TABLE identity ADD COLUMN older INTEGER NOT NULL DEFAULT 0;  -- events that are older than the log
ALTER TABLE identity ADD COLUMN vkey TEXT NOT NULL DEFAULT '';     -- verifier key of the heads, with the first of them

CREATE INDEX event_configuration ON event (id) WHERE action = 'configuration';
CREATE INDEX event_purge ON event (id) WHERE action = 'purge';

-- Events that the transaction under way may delete; empty outside of it.
CREATE TABLE forgetting (
    event INTEGER PRIMARY KEY
) STRICT;

DROP TRIGGER event_is_kept;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event WHEN OLD.id NOT IN (SELECT event FROM forgetting) BEGIN
    SELECT raise(ABORT, 'events are only added');
END;
CREATE TRIGGER leaf_stays BEFORE UPDATE ON leaf BEGIN
    SELECT raise(ABORT, 'leaves are only added');
END;
CREATE TRIGGER leaf_is_kept BEFORE DELETE ON leaf BEGIN
    SELECT raise(ABORT, 'leaves are only added');
END;
CREATE TRIGGER head_stays BEFORE UPDATE ON head BEGIN
    SELECT raise(ABORT, 'heads are only added');
END;
CREATE TRIGGER head_is_kept BEFORE DELETE ON head BEGIN
    SELECT raise(ABORT, 'heads are only added');
END;
