-- Checks of what a look-up reads: damaged rows are noticed on the way to an answer. Python fills them in behind the last
-- migration (`check_filling`).

-- Postings and keys go with their findings, and the totals with them, by statements of ctscan.
DROP TRIGGER finding_gone;

-- Look-up keys are found by their hash, which is shorter than they are; only domains are searched in their order.
CREATE TABLE new_lookup_key (
    id   INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    hash INTEGER NOT NULL  -- CRC-32 of kind and key, signed
) STRICT;

INSERT INTO new_lookup_key (id, kind, key, hash) SELECT id, kind, key, key_hash(kind, key) FROM lookup_key;
DROP TABLE lookup_key;
ALTER TABLE new_lookup_key RENAME TO lookup_key;
CREATE INDEX lookup_key_hash ON lookup_key (hash);
CREATE INDEX lookup_key_domain ON lookup_key (key, hash) WHERE kind = 'domain';

-- Behind the postings of a key stands its control row: 2^40 and the sum of its certificates.
INSERT INTO posting (key, certificate) SELECT key, (1 << 40) + sum(certificate) FROM posting GROUP BY key;

DROP INDEX certificate_serial;
ALTER TABLE certificate ADD COLUMN serial_hash INTEGER;     -- CRC-32, signed
ALTER TABLE certificate ADD COLUMN findings_check INTEGER;  -- CRC-32 of its findings, kinds and keys included
UPDATE certificate SET serial_hash = text_hash(serial);
CREATE INDEX certificate_serial_hash ON certificate (serial_hash);

-- Sums over the entries of search indexes, 128 in a row, and over the keys at and below each domain.
CREATE TABLE control_total (
    id     INTEGER PRIMARY KEY,
    totals BLOB NOT NULL CHECK (length(totals) = 1024)
) STRICT;

CREATE TABLE domain_total (
    digest INTEGER PRIMARY KEY,
    total  INTEGER NOT NULL
) STRICT;

-- Damage that no check shows any longer: a part that is being repaired, or that could not be repaired.
CREATE TABLE damage (
    part TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) STRICT;

-- The check of a row: CRC-32 of its columns (`row_checks.CHECKED`).
ALTER TABLE log ADD COLUMN crc INTEGER;
ALTER TABLE tree_head ADD COLUMN crc INTEGER;
ALTER TABLE coverage ADD COLUMN crc INTEGER;
ALTER TABLE hole ADD COLUMN crc INTEGER;
ALTER TABLE pending ADD COLUMN crc INTEGER;
ALTER TABLE misbehaviour ADD COLUMN crc INTEGER;
ALTER TABLE misbehaviour_decision ADD COLUMN crc INTEGER;
ALTER TABLE rule_set ADD COLUMN crc INTEGER;
ALTER TABLE basis ADD COLUMN crc INTEGER;
ALTER TABLE basis ADD COLUMN logs_check INTEGER NOT NULL DEFAULT 0;  -- sum of the checks of its logs
ALTER TABLE basis_log ADD COLUMN crc INTEGER;
ALTER TABLE certificate ADD COLUMN crc INTEGER;
ALTER TABLE issuer_name ADD COLUMN crc INTEGER;
ALTER TABLE leaf ADD COLUMN crc INTEGER;
ALTER TABLE sighting ADD COLUMN crc INTEGER;
ALTER TABLE unreadable ADD COLUMN crc INTEGER;
ALTER TABLE chain_sighting ADD COLUMN crc INTEGER;
ALTER TABLE repository_sighting ADD COLUMN crc INTEGER;
ALTER TABLE coordinate ADD COLUMN crc INTEGER;
ALTER TABLE revocation ADD COLUMN crc INTEGER;
ALTER TABLE search ADD COLUMN crc INTEGER;
ALTER TABLE authority ADD COLUMN crc INTEGER;
ALTER TABLE authority_list ADD COLUMN crc INTEGER;

-- Sums of the checks of whole tables, of which a lost row would hide a reason against completeness.
CREATE TABLE table_total (
    name  TEXT PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT;

INSERT INTO table_total (name, total) VALUES ('misbehaviour', 0), ('misbehaviour_decision', 0), ('basis', 0);

-- Likewise the ids of the rows that are marked as partly read. Bulk inserts of certificates add theirs themselves.
INSERT INTO table_total (name, total)
SELECT 'certificate.partly', coalesce(sum(id), 0) FROM certificate WHERE partly > 0
UNION ALL SELECT 'unreadable.partly', coalesce(sum(id), 0) FROM unreadable WHERE partly > 0;

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
