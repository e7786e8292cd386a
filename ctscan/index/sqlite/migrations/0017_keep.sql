-- Rules of retention that were applied to certificates. Those that expired (or were issued) before the limit may be
-- missing, although their entries were read: answers say so.
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

INSERT INTO table_total (name, total) VALUES ('keep_limit', 0);
