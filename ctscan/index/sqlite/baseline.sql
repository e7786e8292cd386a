-- Tables of an empty index, as all migrations make them. Written by `make schema`, never by hand.

CREATE TABLE migration (
    number  INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    applied TEXT NOT NULL
) STRICT;

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
, failing_since TEXT, failure TEXT, crc INTEGER, batch INTEGER) STRICT;

CREATE TABLE tree_head (
    id        INTEGER PRIMARY KEY,
    log       INTEGER NOT NULL REFERENCES log (id),
    size      INTEGER NOT NULL CHECK (size >= 0),
    root      BLOB NOT NULL CHECK (length(root) = 32),
    timestamp INTEGER NOT NULL,
    signature BLOB NOT NULL,
    raw       BLOB NOT NULL,
    saved     TEXT NOT NULL, crc INTEGER,
    UNIQUE (log, size, timestamp, root, signature)
) STRICT;

CREATE INDEX log_head ON log (head);

CREATE TABLE misbehaviour (
    id     INTEGER PRIMARY KEY,
    log    INTEGER NOT NULL REFERENCES log (id),
    at     TEXT NOT NULL,
    reason TEXT NOT NULL,
    digest BLOB NOT NULL, kind TEXT, hashes BLOB NOT NULL DEFAULT x'', crc INTEGER,  -- over reason and heads: the same thing seen again is not written again
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
, crc INTEGER) STRICT;

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

CREATE TABLE run_log (
    id       INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    log_id   BLOB NOT NULL,
    name     TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason   TEXT,
    UNIQUE (run, log_id)
) STRICT;

CREATE TABLE coverage (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    scope       TEXT NOT NULL,
    rules       TEXT NOT NULL REFERENCES rule_set (version),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    range_end   INTEGER NOT NULL CHECK (range_end >= range_start),
    edge        BLOB NOT NULL CHECK (length(edge) % 32 = 0),
    since       INTEGER, crc INTEGER,
    UNIQUE (log, scope, rules, range_start)
) STRICT;

CREATE TABLE pending (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    scope       TEXT NOT NULL,
    rules       TEXT NOT NULL REFERENCES rule_set (version),
    edge        BLOB NOT NULL CHECK (length(edge) % 32 = 0), crc INTEGER,
    UNIQUE (log, range_start)
) STRICT;

CREATE TABLE pending_piece (
    pending INTEGER NOT NULL REFERENCES pending (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    hashes  BLOB NOT NULL CHECK (length(hashes) % 32 = 0),
    PRIMARY KEY (pending, ordinal)
) STRICT;

CREATE TABLE hole (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    range_start INTEGER NOT NULL CHECK (range_start >= 0),
    range_end   INTEGER NOT NULL CHECK (range_end > range_start),
    reason      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    tries       INTEGER NOT NULL, crc INTEGER,
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

CREATE TABLE certificate (
    id          INTEGER PRIMARY KEY,
    identity    BLOB NOT NULL UNIQUE,
    sha256      BLOB,           -- null until the certificate itself was seen
    serial      TEXT NOT NULL,  -- lower-case hex without leading zeros
    subject     TEXT NOT NULL,
    is_ca       INTEGER NOT NULL CHECK (is_ca IN (0, 1)),
    rules       TEXT NOT NULL,  -- rule set that its findings were made with
    problem     TEXT
, authority_key_id BLOB, issuer INTEGER REFERENCES issuer_name (id), not_before INTEGER, not_after INTEGER, partly INTEGER NOT NULL DEFAULT 0 CHECK (partly IN (0, 1)), serial_hash INTEGER, findings_check INTEGER, crc INTEGER) STRICT;

CREATE TABLE leaf (
    id          INTEGER PRIMARY KEY,
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('x509', 'precert')),
    sha256      BLOB NOT NULL,
    der         BLOB NOT NULL, crc INTEGER,  -- zlib
    UNIQUE (sha256, kind)
) STRICT;

CREATE TABLE chain_sighting (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp   INTEGER NOT NULL,
    leaf        INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    pending     INTEGER, crc INTEGER,
    UNIQUE (leaf, log, pending)
) STRICT;

CREATE UNIQUE INDEX chain_sighting_settled ON chain_sighting (leaf, log) WHERE pending IS NULL;

CREATE INDEX chain_sighting_pending ON chain_sighting (log, pending) WHERE pending IS NOT NULL;

CREATE TABLE unreadable (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES log (id),
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    leaf_hash   BLOB NOT NULL CHECK (length(leaf_hash) = 32),
    reason      TEXT NOT NULL,
    leaf        INTEGER REFERENCES leaf (id) ON DELETE SET NULL,
    pending     INTEGER, partly INTEGER NOT NULL DEFAULT 0 CHECK (partly IN (0, 1)), crc INTEGER,
    UNIQUE (log, entry_index)
) STRICT;

CREATE INDEX unreadable_leaf ON unreadable (leaf) WHERE leaf IS NOT NULL;

CREATE INDEX unreadable_pending ON unreadable (log, pending) WHERE pending IS NOT NULL;

CREATE TABLE salt (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL
) STRICT;

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
, scope_emails INTEGER NOT NULL DEFAULT 0, crc INTEGER) STRICT;

CREATE INDEX search_digest ON search (digest, repository);

CREATE TABLE repository_sighting (
    id           INTEGER PRIMARY KEY,
    repository   TEXT NOT NULL,
    reference    TEXT NOT NULL,
    leaf         INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    search       INTEGER NOT NULL REFERENCES search (id),  -- that brought it last
    first_logged INTEGER,        -- as times of logs
    owner        TEXT, crc INTEGER,
    UNIQUE (repository, reference)
) STRICT;

CREATE INDEX repository_sighting_leaf ON repository_sighting (leaf);

CREATE INDEX repository_sighting_search ON repository_sighting (search);

CREATE TABLE coordinate (
    sighting    INTEGER NOT NULL REFERENCES repository_sighting (id) ON DELETE CASCADE,
    log         TEXT NOT NULL,
    entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp   INTEGER, crc INTEGER,
    PRIMARY KEY (sighting, log, entry_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE disclosure (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        TEXT NOT NULL,
    who       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    recipient TEXT NOT NULL,
    purpose   TEXT NOT NULL,
    command   TEXT NOT NULL
) STRICT;

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
    why         TEXT NOT NULL, crc INTEGER,
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

CREATE TABLE authority (
    id       INTEGER PRIMARY KEY,
    sha256   BLOB NOT NULL UNIQUE,
    key_id   BLOB NOT NULL,
    owner    TEXT NOT NULL,
    name     TEXT NOT NULL,
    policies TEXT NOT NULL,  -- JSON: [URL, ...]
    contact  TEXT NOT NULL,
    status   TEXT NOT NULL
, crc INTEGER) STRICT;

CREATE INDEX authority_key_id ON authority (key_id);

CREATE TABLE authority_list (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    fetched TEXT NOT NULL,
    origin  TEXT NOT NULL,
    records INTEGER NOT NULL
, crc INTEGER) STRICT;

CREATE TABLE head_size (
    log       INTEGER NOT NULL REFERENCES log (id),
    hour      INTEGER NOT NULL,  -- since 1970
    timestamp INTEGER NOT NULL,  -- milliseconds
    size      INTEGER NOT NULL,
    PRIMARY KEY (log, hour)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "submitted" (
    id   INTEGER PRIMARY KEY,
    leaf INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    der  BLOB NOT NULL  -- zlib
) STRICT;

CREATE INDEX submitted_leaf ON submitted (leaf);

CREATE INDEX leaf_certificate ON leaf (certificate, kind);

CREATE TABLE issuer_name (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,  -- SHA-256 of its DER
    name TEXT NOT NULL
, crc INTEGER) STRICT;

CREATE INDEX certificate_issuer ON certificate (issuer);

CREATE TRIGGER certificate_gone AFTER DELETE ON certificate BEGIN
    DELETE FROM issuer_name WHERE id = OLD.issuer
        AND NOT EXISTS (SELECT 1 FROM certificate WHERE issuer = OLD.issuer);
END;

CREATE TABLE audit_paths (
    id     INTEGER PRIMARY KEY,
    head   INTEGER NOT NULL REFERENCES tree_head (id),
    shape  TEXT NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) % 32 = 0)
) STRICT;

CREATE INDEX audit_paths_head ON audit_paths (head);

CREATE TABLE sighting (
    id              INTEGER PRIMARY KEY,
    log             INTEGER NOT NULL REFERENCES log (id),
    entry_index     INTEGER NOT NULL CHECK (entry_index >= 0),
    timestamp       INTEGER NOT NULL,
    leaf            INTEGER NOT NULL REFERENCES leaf (id) ON DELETE CASCADE,
    issuer_key_hash BLOB NOT NULL,
    extensions      BLOB NOT NULL,
    pending         INTEGER,
    paths           INTEGER REFERENCES audit_paths (id), crc INTEGER,  -- with its proof
    UNIQUE (log, entry_index)
) STRICT;

CREATE INDEX sighting_leaf ON sighting (leaf, timestamp);

CREATE INDEX sighting_paths ON sighting (paths) WHERE paths IS NOT NULL;

CREATE INDEX sighting_pending ON sighting (log, pending) WHERE pending IS NOT NULL;

CREATE TRIGGER sighting_gone AFTER DELETE ON sighting WHEN OLD.paths IS NOT NULL BEGIN
    DELETE FROM audit_paths WHERE id = OLD.paths AND NOT EXISTS (SELECT 1 FROM sighting WHERE paths = OLD.paths);
END;

CREATE TRIGGER sighting_proven_anew AFTER UPDATE OF paths ON sighting WHEN OLD.paths IS NOT NEW.paths BEGIN
    DELETE FROM audit_paths WHERE id = OLD.paths AND NOT EXISTS (SELECT 1 FROM sighting WHERE paths = OLD.paths);
END;

CREATE TABLE basis (
    revision INTEGER PRIMARY KEY CHECK (revision > 0),
    at       TEXT NOT NULL,
    who      TEXT NOT NULL,
    change   TEXT NOT NULL,  -- a message
    note     TEXT NOT NULL,
    source   TEXT NOT NULL,
    choice   TEXT,           -- JSON: {"log_list": text or null, "logs": [text, ...]}; null: not known
    keys     TEXT            -- likewise; null: file and environment gave none
, crc INTEGER, logs_check INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE basis_log (
    id        INTEGER PRIMARY KEY,
    basis     INTEGER NOT NULL REFERENCES basis (revision),
    log_id    BLOB NOT NULL,  -- empty where the log list gives none
    name      TEXT NOT NULL,
    operator  TEXT NOT NULL,
    is_member INTEGER NOT NULL CHECK (is_member IN (0, 1)),
    reason    TEXT,           -- a message
    since     TEXT, crc INTEGER,
    CHECK (is_member OR reason IS NOT NULL)
) STRICT;

CREATE INDEX basis_log_basis ON basis_log (basis);

CREATE TABLE head_seen (
    id         INTEGER PRIMARY KEY,
    log        INTEGER NOT NULL REFERENCES log (id),
    size       INTEGER NOT NULL CHECK (size >= 0),
    root       BLOB NOT NULL CHECK (length(root) = 32),
    timestamp  INTEGER NOT NULL,
    signature  BLOB NOT NULL,
    raw        BLOB NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    UNIQUE (log, size, timestamp, root, signature)
) STRICT;

CREATE INDEX head_seen_first ON head_seen (log, first_seen);

CREATE TABLE misbehaviour_decision (
    id           INTEGER PRIMARY KEY,
    misbehaviour INTEGER NOT NULL REFERENCES misbehaviour (id) ON DELETE CASCADE,
    at           TEXT NOT NULL,
    who          TEXT NOT NULL,
    is_dismissal INTEGER NOT NULL CHECK (is_dismissal IN (0, 1)),
    reason       TEXT NOT NULL
, crc INTEGER) STRICT;

CREATE INDEX misbehaviour_decision_of ON misbehaviour_decision (misbehaviour);

CREATE INDEX certificate_partly ON certificate (partly) WHERE partly > 0;

CREATE INDEX unreadable_partly ON unreadable (partly) WHERE partly > 0;

CREATE TABLE "lookup_key" (
    id   INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    hash INTEGER NOT NULL  -- CRC-32 of kind and key, signed
) STRICT;

CREATE INDEX lookup_key_hash ON lookup_key (hash);

CREATE INDEX lookup_key_domain ON lookup_key (key, hash) WHERE kind = 'domain';

CREATE INDEX certificate_serial_hash ON certificate (serial_hash);

CREATE TABLE control_total (
    id     INTEGER PRIMARY KEY,
    totals BLOB NOT NULL CHECK (length(totals) = 1024)
) STRICT;

CREATE TABLE domain_total (
    digest INTEGER PRIMARY KEY,
    total  INTEGER NOT NULL
) STRICT;

CREATE TABLE damage (
    part TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) STRICT;

CREATE TABLE table_total (
    name  TEXT PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT;

CREATE TRIGGER certificate_marked AFTER UPDATE OF partly ON certificate WHEN OLD.partly <> NEW.partly BEGIN
    UPDATE table_total SET total = total + (NEW.partly - OLD.partly) * NEW.id WHERE name = 'certificate.partly';
END;

CREATE TRIGGER certificate_unmarked AFTER DELETE ON certificate WHEN OLD.partly > 0 BEGIN
    UPDATE table_total SET total = total - OLD.id WHERE name = 'certificate.partly';
END;

CREATE TRIGGER unreadable_marked_anew AFTER INSERT ON unreadable WHEN NEW.partly > 0 BEGIN
    UPDATE table_total SET total = total + NEW.id WHERE name = 'unreadable.partly';
END;

CREATE TRIGGER unreadable_marked AFTER UPDATE OF partly ON unreadable WHEN OLD.partly <> NEW.partly BEGIN
    UPDATE table_total SET total = total + (NEW.partly - OLD.partly) * NEW.id WHERE name = 'unreadable.partly';
END;

CREATE TRIGGER unreadable_unmarked AFTER DELETE ON unreadable WHEN OLD.partly > 0 BEGIN
    UPDATE table_total SET total = total - OLD.id WHERE name = 'unreadable.partly';
END;

CREATE TRIGGER misbehaviour_totalled AFTER UPDATE OF crc ON misbehaviour BEGIN
    UPDATE table_total SET total = total + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE name = 'misbehaviour';
END;

CREATE TRIGGER misbehaviour_untotalled AFTER DELETE ON misbehaviour BEGIN
    UPDATE table_total SET total = total - coalesce(OLD.crc, 0) WHERE name = 'misbehaviour';
END;

CREATE TRIGGER misbehaviour_decision_totalled AFTER UPDATE OF crc ON misbehaviour_decision BEGIN
    UPDATE table_total SET total = total + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE name = 'misbehaviour_decision';
END;

CREATE TRIGGER misbehaviour_decision_untotalled AFTER DELETE ON misbehaviour_decision BEGIN
    UPDATE table_total SET total = total - coalesce(OLD.crc, 0) WHERE name = 'misbehaviour_decision';
END;

CREATE TRIGGER basis_totalled AFTER UPDATE OF crc ON basis BEGIN
    UPDATE table_total SET total = total + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE name = 'basis';
END;

CREATE TRIGGER basis_untotalled AFTER DELETE ON basis BEGIN
    UPDATE table_total SET total = total - coalesce(OLD.crc, 0) WHERE name = 'basis';
END;

CREATE TRIGGER basis_log_totalled AFTER UPDATE OF crc ON basis_log BEGIN
    UPDATE basis SET logs_check = logs_check + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE revision = NEW.basis;
END;

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

CREATE TABLE basis_list (
    revision INTEGER PRIMARY KEY,  -- of `basis`
    dated    TEXT,           -- time that the list states; NULL: none
    version  TEXT NOT NULL,  -- as the list states it; empty: none
    read_at  TEXT NOT NULL,  -- when a scan read the edition first
    crc      INTEGER
) STRICT;

CREATE TABLE known_trail (
    number   INTEGER PRIMARY KEY,
    trail_id BLOB NOT NULL,
    at       TEXT NOT NULL,  -- when the index first saw it
    who      TEXT NOT NULL,
    reason   TEXT NOT NULL   -- why it took the place of the trail before; empty for the first
) STRICT;

CREATE TABLE list_failure (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    since TEXT NOT NULL,
    at    TEXT NOT NULL,  -- of the last try
    error TEXT NOT NULL
) STRICT;

CREATE TABLE mailbox (
    place INTEGER NOT NULL,
    key   INTEGER NOT NULL, -- lookup_key of kind email
    PRIMARY KEY (place, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE leaf_sha1 (
    leaf INTEGER PRIMARY KEY REFERENCES leaf (id) ON DELETE CASCADE,
    head INTEGER NOT NULL
) STRICT;

CREATE INDEX leaf_sha1_head ON leaf_sha1 (head);

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

CREATE TRIGGER case_identifier_is_kept BEFORE DELETE ON case_identifier
WHEN EXISTS (SELECT 1 FROM subject_case WHERE id = OLD.subject_case) BEGIN
    SELECT raise(ABORT, 'a case goes as a whole');
END;

CREATE TRIGGER case_event_is_kept BEFORE DELETE ON case_event
WHEN EXISTS (SELECT 1 FROM subject_case WHERE id = OLD.subject_case) BEGIN
    SELECT raise(ABORT, 'a case goes as a whole');
END;

CREATE TABLE suppression_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    file    BLOB NOT NULL,    -- identifier of the suppression file
    applied INTEGER NOT NULL  -- its entries that were carried out here
) STRICT;

CREATE TABLE restricted_certificate (
    certificate INTEGER PRIMARY KEY REFERENCES certificate (id) ON DELETE CASCADE,
    suppression INTEGER NOT NULL  -- number of the entry
) STRICT;

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

CREATE TABLE forgetting_case (
    subject_case INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER subject_case_stays
BEFORE UPDATE OF id, number, kind, regime, received, lang, channel, requester, since ON subject_case
WHEN OLD.id NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;

CREATE TRIGGER case_identifier_stays
BEFORE UPDATE OF id, subject_case, text, kind, canonical ON case_identifier
WHEN OLD.subject_case NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;

CREATE TRIGGER case_event_stays
BEFORE UPDATE OF id, subject_case, ordinal, at, recorded, who, action, detail ON case_event
WHEN OLD.subject_case NOT IN (SELECT subject_case FROM forgetting_case) BEGIN
    SELECT raise(ABORT, 'a case is only added to');
END;

CREATE TABLE keep_limit (
    kind   TEXT PRIMARY KEY,  -- expired, findings
    count  INTEGER NOT NULL,  -- of the period
    unit   TEXT NOT NULL,     -- days, months, years
    before INTEGER NOT NULL,  -- seconds since 1970; it only grows
    crc    INTEGER
) STRICT;

CREATE TRIGGER keep_limit_totalled AFTER UPDATE OF crc ON keep_limit BEGIN
    UPDATE table_total SET total = total + coalesce(NEW.crc, 0) - coalesce(OLD.crc, 0) WHERE name = 'keep_limit';
END;

CREATE TRIGGER keep_limit_untotalled AFTER DELETE ON keep_limit BEGIN
    UPDATE table_total SET total = total - coalesce(OLD.crc, 0) WHERE name = 'keep_limit';
END;

CREATE TABLE certificate_use (
    certificate INTEGER PRIMARY KEY REFERENCES certificate (id) ON DELETE CASCADE,
    uses        TEXT NOT NULL  -- words between blanks: ' tls dv '
) STRICT;

CREATE TABLE certificate_host (
    host        TEXT NOT NULL,  -- labels reversed, each followed by a dot: org.example.www.
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,  -- as it is read: www.example.org
    PRIMARY KEY (host, certificate)
) STRICT, WITHOUT ROWID;

CREATE INDEX certificate_host_certificate ON certificate_host (certificate);

CREATE VIEW exposure_findings AS
SELECT finding.certificate || '/' || finding.ordinal AS finding_id,
    finding.certificate AS certificate_id,
    trait.subject_kind AS subject_kind,
    trait.person AS person_label,
    finding.certificate || '/' || trait.person AS person_in_certificate,
    trait.category AS category,
    trait.sensitivity AS sensitivity,
    finding.value AS value,
    coalesce(finding.canonical, finding.value) AS canonical,
    CASE WHEN trait.category = 'user.contact.email' AND instr(coalesce(finding.canonical, finding.value), '@') > 0
        THEN substr(
            coalesce(finding.canonical, finding.value),
            1 + length(rtrim(
                coalesce(finding.canonical, finding.value),
                replace(coalesce(finding.canonical, finding.value), '@', '')
            ))
        )
    END AS domain,  -- behind the last @
    trait.place AS field,
    trait.oid AS oid,
    trait.rule AS rule,
    trait.confidence AS confidence,
    trait.marks AS qualifiers
FROM finding CROSS JOIN trait ON trait.id = finding.trait
WHERE finding.certificate NOT IN (SELECT certificate FROM restricted_certificate);

CREATE VIEW exposure_addresses AS
SELECT canonical AS address, min(domain) AS domain,
    max(subject_kind <> 'role') AS is_of_a_person,
    count(DISTINCT certificate_id) AS certificates,
    count(*) AS findings
FROM exposure_findings
WHERE category = 'user.contact.email' AND subject_kind IN ('person', 'role', 'unknown')
GROUP BY canonical;

CREATE VIEW exposure_sightings AS
SELECT 'log' AS source, log.name AS log, log.operator AS operator, leaf.certificate AS certificate_id,
    sighting.entry_index AS entry_index,
    CASE WHEN sighting.timestamp BETWEEN 0 AND 253402300799999
        THEN strftime('%Y-%m-%dT%H:%M:%SZ', sighting.timestamp / 1000, 'unixepoch') END AS seen_at,
    leaf.kind AS entry_kind
FROM sighting JOIN leaf ON leaf.id = sighting.leaf JOIN log ON log.id = sighting.log
WHERE leaf.certificate NOT IN (SELECT certificate FROM restricted_certificate)
UNION ALL
SELECT 'chain', log.name, log.operator, leaf.certificate, chain_sighting.entry_index,
    CASE WHEN chain_sighting.timestamp BETWEEN 0 AND 253402300799999
        THEN strftime('%Y-%m-%dT%H:%M:%SZ', chain_sighting.timestamp / 1000, 'unixepoch') END,
    leaf.kind
FROM chain_sighting JOIN leaf ON leaf.id = chain_sighting.leaf JOIN log ON log.id = chain_sighting.log
WHERE leaf.certificate NOT IN (SELECT certificate FROM restricted_certificate)
UNION ALL
SELECT 'repository', repository_sighting.repository, NULL, leaf.certificate, NULL,
    CASE WHEN repository_sighting.first_logged BETWEEN 0 AND 253402300799999
        THEN strftime('%Y-%m-%dT%H:%M:%SZ', repository_sighting.first_logged / 1000, 'unixepoch') END,
    leaf.kind
FROM repository_sighting JOIN leaf ON leaf.id = repository_sighting.leaf
WHERE leaf.certificate NOT IN (SELECT certificate FROM restricted_certificate);

CREATE VIEW exposure_certificates AS
SELECT certificate.id AS certificate_id,
    lower(hex(certificate.identity)) AS identity,
    lower(hex(certificate.sha256)) AS sha256,
    certificate.serial AS serial,
    certificate.subject AS subject,
    issuer_name.name AS issuer,
    (SELECT min(owner) FROM authority WHERE authority.key_id = certificate.authority_key_id) AS owner,
    strftime('%Y-%m-%dT%H:%M:%SZ', certificate.not_before, 'unixepoch') AS not_before,
    strftime('%Y-%m-%dT%H:%M:%SZ', certificate.not_after, 'unixepoch') AS not_after,
    trim(certificate_use.uses) AS uses,
    certificate.is_ca AS is_ca,
    certificate.problem IS NULL AS is_readable,
    (SELECT state FROM revocation WHERE revocation.certificate = certificate.id AND source IN ('CRL', 'OCSP')
        ORDER BY state = 'revoked' DESC, checked DESC LIMIT 1) AS revocation,
    (SELECT min(revoked_at) FROM revocation WHERE revocation.certificate = certificate.id AND state = 'revoked')
        AS revoked_at
FROM certificate LEFT JOIN issuer_name ON issuer_name.id = certificate.issuer
LEFT JOIN certificate_use ON certificate_use.certificate = certificate.id
WHERE certificate.id NOT IN (SELECT certificate FROM restricted_certificate);

CREATE VIEW exposure_hosts AS
SELECT name AS host, certificate AS certificate_id FROM certificate_host
WHERE certificate NOT IN (SELECT certificate FROM restricted_certificate);

CREATE VIEW exposure_coverage AS
SELECT log.name AS log, log.operator AS operator, log.state AS state, 'read' AS coverage,
    coverage.range_start AS first_entry, coverage.range_end AS end_entry, coverage.rules AS rules, NULL AS reason,
    tree_head.size AS log_size, log.last_success AS last_success
FROM coverage JOIN log ON log.id = coverage.log LEFT JOIN tree_head ON tree_head.id = log.head
UNION ALL
SELECT log.name, log.operator, log.state, 'gap', hole.range_start, hole.range_end, NULL, hole.reason, tree_head.size,
    log.last_success
FROM hole JOIN log ON log.id = hole.log LEFT JOIN tree_head ON tree_head.id = log.head;

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

CREATE TABLE alert_condition (
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    severity INTEGER NOT NULL,
    since    TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE VIEW exposure_persons AS
SELECT person_in_certificate AS person_id, certificate_id, person_label,
    coalesce(
        min(CASE WHEN category = 'user.contact.email'
            AND qualifiers NOT LIKE '%partial%' AND qualifiers NOT LIKE '%invalid%' THEN canonical END),
        min(CASE WHEN (category LIKE 'user.government_id%' OR category LIKE 'user.unique_id%')
            AND qualifiers NOT LIKE '%partial%' AND qualifiers NOT LIKE '%invalid%' THEN canonical END),
        person_in_certificate
    ) AS person_key,
    min(CASE WHEN category = 'user.name' THEN value END) AS name,
    min(CASE WHEN category = 'user.contact.email' THEN canonical END) AS address,
    min(domain) AS domain,
    count(*) AS findings,
    sum(sensitivity <> 'ordinary') AS sensitive_findings
FROM exposure_findings
WHERE subject_kind = 'person'
GROUP BY certificate_id, person_label;

CREATE VIEW exposure_version AS SELECT 2 AS version;

CREATE TABLE posting (
    key          INTEGER NOT NULL,
    first        INTEGER NOT NULL, -- certificate; at the end of a list 2^40 and the sum of the checks of its rows
    certificates BLOB NOT NULL,    -- ascending, four octets each, little-endian
    PRIMARY KEY (key, first)
) STRICT, WITHOUT ROWID;

INSERT INTO migration (number, name, applied) VALUES
    (1, '0001_first', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (2, '0002_repositories', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (3, '0003_growth', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (4, '0004_many_findings', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (5, '0005_codes', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (6, '0006_basis', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (7, '0007_heads', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (8, '0008_partly_read', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (9, '0009_checks', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (10, '0010_holders', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (11, '0011_log_list', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (12, '0012_trail_and_list', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (13, '0013_mailboxes', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (14, '0014_sha1', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (15, '0015_cases', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (16, '0016_suppressions', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (17, '0017_keep', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (18, '0018_exposure', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (19, '0019_watches', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (20, '0020_batches', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (21, '0021_person_keys', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (22, '0022_places', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    (23, '0023_posting_lists', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'));

INSERT INTO salt (one, salt) VALUES
    (1, randomblob(32));

INSERT INTO table_total (name, total) VALUES
    ('misbehaviour', 0),
    ('misbehaviour_decision', 0),
    ('basis', 0),
    ('certificate.partly', 0),
    ('unreadable.partly', 0),
    ('suppressed_other', 0),
    ('keep_limit', 0);
