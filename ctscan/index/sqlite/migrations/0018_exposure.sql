-- Purposes and host names of certificates, as the report of exposure counts them. A certificate without a row in
-- `certificate_use` was written by an older version; `ctscan report` adds the row.
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

-- Views for SQL of others: docs/sql.md. A change that takes a column away or gives it another meaning raises the
-- version. They leave out certificates whose processing is restricted.
CREATE VIEW exposure_version AS SELECT 1 AS version;

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

CREATE VIEW exposure_persons AS
SELECT person_in_certificate AS person_id, certificate_id, person_label,
    coalesce(
        min(CASE WHEN category = 'user.contact.email' THEN canonical END),
        min(CASE WHEN category LIKE 'user.government_id%' OR category LIKE 'user.unique_id%' THEN canonical END),
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
