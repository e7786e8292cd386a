-- Times of ours are RFC 3339 text in UTC; times of logs are milliseconds since 1970, where the rare value from 2^63
-- on is stored as the negative number with the same 64 bits. Ranges are half-open: [range_start, range_end).
-- Hashes are 32-byte blobs, lists of hashes are those blobs one after the other.

CREATE TABLE log (
    id              INTEGER PRIMARY KEY,
    log_id          BLOB NOT NULL UNIQUE CHECK (length(log_id) = 32),
    key             BLOB NOT NULL,
    name            TEXT NOT NULL,
    operator        TEXT NOT NULL,
    protocol        TEXT NOT NULL,
    state           TEXT NOT NULL,
    url             TEXT NOT NULL,
    monitoring_url  TEXT NOT NULL,
    origin          TEXT NOT NULL,
    mmd             INTEGER NOT NULL,
    final_size      INTEGER,
    final_root      BLOB,
    final_timestamp INTEGER,
    head            INTEGER REFERENCES tree_head (id),
    last_success    TEXT,
    last_error      TEXT,
    last_error_at   TEXT,
    rate            REAL
) STRICT;

-- The largest verified head of each log, and every head that an inclusion proof leads to; raw is verbatim.
CREATE TABLE tree_head (
    id        INTEGER PRIMARY KEY,
    log       INTEGER NOT NULL REFERENCES log (id),
    size      INTEGER NOT NULL CHECK (size >= 0),
    root      BLOB NOT NULL CHECK (length(root) = 32),
    timestamp INTEGER NOT NULL,
    signature BLOB NOT NULL,
    raw       BLOB NOT NULL,
    saved     TEXT NOT NULL,
    UNIQUE (log, size, timestamp, root, signature)
) STRICT;

CREATE INDEX log_head ON log (head);

CREATE TABLE misbehaviour (
    id     INTEGER PRIMARY KEY,
    log    INTEGER NOT NULL REFERENCES log (id),
    at     TEXT NOT NULL,
    reason TEXT NOT NULL,
    digest BLOB NOT NULL,  -- over reason and heads: the same thing seen again is not written again
    UNIQUE (log, digest)
) STRICT;

CREATE TABLE misbehaviour_head (
    misbehaviour INTEGER NOT NULL REFERENCES misbehaviour (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    raw          BLOB NOT NULL,
    PRIMARY KEY (misbehaviour, ordinal)
) STRICT;

CREATE TABLE rule_set (
    version TEXT PRIMARY KEY,
    rules   TEXT NOT NULL  -- JSON: [[id, version, [kinds]], ...]
) STRICT;

CREATE TABLE run (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    who          TEXT NOT NULL,
    started      TEXT NOT NULL,
    ended        TEXT,
    scope        TEXT NOT NULL,
    rules        TEXT NOT NULL REFERENCES rule_set (version),
    purpose      TEXT NOT NULL,
    command      TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    entries      INTEGER NOT NULL DEFAULT 0,
    candidates   INTEGER NOT NULL DEFAULT 0,
    certificates INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a run selected (reason is null) and skipped, as the log list named it.
CREATE TABLE run_log (
    id       INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    log_id   BLOB NOT NULL,
    name     TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason   TEXT,
    UNIQUE (run, log_id)
) STRICT;

-- Ranges that were read and proven, with what they were searched for. edge is the right edge of [0, range_end).
CREATE TABLE coverage (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    scope       TEXT NOT NULL,
    rules       TEXT NOT NULL REFERENCES rule_set (version),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    range_end   INTEGER NOT NULL CHECK (range_end >= range_start),
    edge        BLOB NOT NULL CHECK (length(edge) % 32 = 0),
    since       INTEGER,
    UNIQUE (log, scope, rules, range_start)
) STRICT;

-- Ranges that were read but not proven yet. edge is the right edge of [0, range_start).
CREATE TABLE pending (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    scope       TEXT NOT NULL,
    rules       TEXT NOT NULL REFERENCES rule_set (version),
    edge        BLOB NOT NULL CHECK (length(edge) % 32 = 0),
    UNIQUE (log, range_start)
) STRICT;

-- The leaf hashes of a pending range in pieces, so that a step writes only what is new.
CREATE TABLE pending_piece (
    pending INTEGER NOT NULL REFERENCES pending (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    hashes  BLOB NOT NULL CHECK (length(hashes) % 32 = 0),
    PRIMARY KEY (pending, ordinal)
) STRICT;

-- Disjoint within one log.
CREATE TABLE hole (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    range_end   INTEGER NOT NULL CHECK (range_end > range_start),
    reason      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    tries       INTEGER NOT NULL,
    UNIQUE (log, range_start)
) STRICT;

CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL,
    range_end   INTEGER NOT NULL,
    at          TEXT NOT NULL,
    raw         BLOB NOT NULL,  -- zlib
    UNIQUE (log, range_start, range_end)
) STRICT;

CREATE INDEX quarantine_at ON quarantine (at);

-- Certificates with personal data in scope. problem says why a certificate can't be read: such a row has the SHA-256
-- of the bytes as its identity, and neither names nor serial.
CREATE TABLE certificate (
    id          INTEGER PRIMARY KEY,
    identity    BLOB NOT NULL UNIQUE,
    sha256      BLOB,           -- null until the certificate itself was seen
    serial      TEXT NOT NULL,  -- lower-case hex without leading zeros
    issuer_hash BLOB NOT NULL,  -- SHA-256 of the issuer's DER
    issuer      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    not_before  TEXT,
    not_after   TEXT,
    is_ca       INTEGER NOT NULL CHECK (is_ca IN (0, 1)),
    rules       TEXT NOT NULL,  -- rule set that its findings were made with
    problem     TEXT
) STRICT;

CREATE INDEX certificate_serial ON certificate (serial, issuer_hash);

-- What was logged: a whole certificate (x509) or a TBSCertificate (precert); or a whole certificate (x509) that came
-- in the chain of an entry.
CREATE TABLE leaf (
    id          INTEGER PRIMARY KEY,
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('x509', 'precert')),
    sha256      BLOB NOT NULL,
    der         BLOB NOT NULL,  -- zlib
    UNIQUE (sha256, kind)
) STRICT;

CREATE INDEX leaf_certificate ON leaf (certificate);

-- Submitted precertificates: compared with the TBS, but not covered by the tree of any log.
CREATE TABLE submitted (
    id     INTEGER PRIMARY KEY,
    leaf   INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    sha256 BLOB NOT NULL,
    der    BLOB NOT NULL,  -- zlib
    UNIQUE (leaf, sha256)
) STRICT;

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
    head            INTEGER REFERENCES tree_head (id),
    proof           BLOB CHECK (length(proof) % 32 = 0),
    UNIQUE (log, entry_index)
) STRICT;

CREATE INDEX sighting_leaf ON sighting (leaf, timestamp);
CREATE INDEX sighting_head ON sighting (head) WHERE head IS NOT NULL;
CREATE INDEX sighting_pending ON sighting (log, pending) WHERE pending IS NOT NULL;

-- Certificates in the chain submitted with an entry, which no tree covers: the first time in each log, and until that
-- is proven, the first time in each pending range. pending is the start of the range that the entry came with.
CREATE TABLE chain_sighting (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp   INTEGER NOT NULL,
    leaf        INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    pending     INTEGER,
    UNIQUE (leaf, log, pending)
) STRICT;

CREATE UNIQUE INDEX chain_sighting_settled ON chain_sighting (leaf, log) WHERE pending IS NULL;
CREATE INDEX chain_sighting_pending ON chain_sighting (log, pending) WHERE pending IS NOT NULL;

-- Entries whose certificate can't be read. leaf is set when a salvaged string is in scope.
CREATE TABLE unreadable (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    leaf_hash   BLOB NOT NULL CHECK (length(leaf_hash) = 32),
    reason      TEXT NOT NULL,
    leaf        INTEGER REFERENCES leaf (id) ON DELETE SET NULL,
    pending     INTEGER,
    UNIQUE (log, entry_index)
) STRICT;

CREATE INDEX unreadable_leaf ON unreadable (leaf) WHERE leaf IS NOT NULL;
CREATE INDEX unreadable_pending ON unreadable (log, pending) WHERE pending IS NOT NULL;

-- What is usual is null, which takes no room: the main category alone, a canonical form that is the value, ordinary
-- sensitivity, no marks, bytes that are the value in UTF-8, nothing repaired. Lists are separated by blanks.
CREATE TABLE finding (
    id           INTEGER PRIMARY KEY,
    certificate  INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    rule         TEXT NOT NULL,
    category     TEXT NOT NULL,
    categories   TEXT,
    value        TEXT NOT NULL,
    canonical    TEXT,
    place        TEXT NOT NULL,
    oid          TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    confidence   TEXT NOT NULL,
    why          TEXT NOT NULL,
    person       TEXT NOT NULL,  -- the same word in one certificate: the same person
    sensitivity  TEXT,
    marks        TEXT,
    tag          INTEGER NOT NULL,  -- identifier octet of the value as encoded; 0: none
    raw          BLOB,
    repaired     TEXT
) STRICT;

CREATE INDEX finding_certificate ON finding (certificate);

CREATE TABLE lookup_key (
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,
    finding INTEGER NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (kind, key, finding)
) STRICT, WITHOUT ROWID;

CREATE INDEX lookup_key_finding ON lookup_key (finding);
