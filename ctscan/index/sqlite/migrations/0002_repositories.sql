-- What repositories gave, whom was told, and what became of certificates.

ALTER TABLE certificate ADD COLUMN authority_key_id BLOB;  -- null: not read yet, or none

-- Makes digests of questions that name a person: without it one can't be recognised by trying likely addresses on a
-- copy of the digests alone.
CREATE TABLE salt (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL
) STRICT;

INSERT INTO salt (one, salt) VALUES (1, randomblob(32));

CREATE TABLE search (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    repository   TEXT NOT NULL,
    kind         TEXT NOT NULL,
    question     TEXT,           -- null where it names a person
    digest       BLOB NOT NULL,  -- SHA-256 of salt and question
    who          TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    scope        TEXT NOT NULL,
    rules        TEXT NOT NULL REFERENCES rule_set (version),
    started      TEXT NOT NULL,
    ended        TEXT,
    outcome      TEXT NOT NULL,
    detail       TEXT NOT NULL,
    results      INTEGER NOT NULL,
    certificates INTEGER NOT NULL
) STRICT;

CREATE INDEX search_digest ON search (digest, repository);

-- Where a repository holds a certificate: said by it, proven by nothing. It was seen when the search began.
CREATE TABLE repository_sighting (
    id           INTEGER PRIMARY KEY,
    repository   TEXT NOT NULL,
    reference    TEXT NOT NULL,
    leaf         INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    search       INTEGER NOT NULL REFERENCES search (id),  -- that brought it last
    first_logged INTEGER,        -- as times of logs
    owner        TEXT,
    UNIQUE (repository, reference)
) STRICT;

CREATE INDEX repository_sighting_leaf ON repository_sighting (leaf);
CREATE INDEX repository_sighting_search ON repository_sighting (search);

-- Entries of logs that a repository names for a certificate.
CREATE TABLE coordinate (
    sighting    INTEGER NOT NULL REFERENCES repository_sighting (id) ON DELETE CASCADE,
    log         TEXT NOT NULL,
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp   INTEGER,
    PRIMARY KEY (sighting, log, entry_index)
) STRICT, WITHOUT ROWID;

-- Who told whom outside that we look at somebody. What was asked for is not recorded, only its kind.
CREATE TABLE disclosure (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        TEXT NOT NULL,
    who       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    recipient TEXT NOT NULL,
    purpose   TEXT NOT NULL,
    command   TEXT NOT NULL
) STRICT;

-- Certificates of CAs that may have issued what is kept.
CREATE TABLE issuer (
    id           INTEGER PRIMARY KEY,
    sha256       BLOB NOT NULL UNIQUE,
    subject_hash BLOB NOT NULL,
    key_hash     BLOB NOT NULL,
    origin       TEXT NOT NULL,
    der          BLOB NOT NULL  -- zlib
) STRICT;

CREATE INDEX issuer_subject ON issuer (subject_hash);

CREATE TABLE revocation (
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    source      TEXT NOT NULL,
    state       TEXT NOT NULL,
    checked     TEXT NOT NULL,
    url         TEXT NOT NULL,
    revoked_at  TEXT,
    reason      TEXT NOT NULL,
    this_update TEXT,
    next_update TEXT,
    why         TEXT NOT NULL,
    PRIMARY KEY (certificate, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE crl (
    id          INTEGER PRIMARY KEY,
    url         TEXT NOT NULL UNIQUE,
    fetched     TEXT NOT NULL,
    this_update TEXT,
    next_update TEXT,
    der         BLOB NOT NULL  -- zlib
) STRICT;

-- The CCADB's list of CA certificates: who runs them.
CREATE TABLE authority (
    id       INTEGER PRIMARY KEY,
    sha256   BLOB NOT NULL UNIQUE,
    key_id   BLOB NOT NULL,
    owner    TEXT NOT NULL,
    name     TEXT NOT NULL,
    policies TEXT NOT NULL,  -- JSON: [URL, ...]
    contact  TEXT NOT NULL,
    status   TEXT NOT NULL
) STRICT;

CREATE INDEX authority_key_id ON authority (key_id);

CREATE TABLE authority_list (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    fetched TEXT NOT NULL,
    origin  TEXT NOT NULL,
    records INTEGER NOT NULL
) STRICT;
