-- Which certificates a key finds: many of them in a row, which takes a twentieth of the time to read and to check.
-- Python packs them behind the last migration (`posting_lists`), and drops the old table.
ALTER TABLE posting RENAME TO old_posting;

CREATE TABLE posting (
    key          INTEGER NOT NULL,
    first        INTEGER NOT NULL, -- certificate; at the end of a list 2^40 and the sum of the checks of its rows
    certificates BLOB NOT NULL,    -- ascending, four octets each, little-endian
    PRIMARY KEY (key, first)
) STRICT, WITHOUT ROWID;
