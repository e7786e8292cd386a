-- The edition of the log list that a revision of the basis follows. A scan that reads a later edition with the same logs
-- changes the row. No row: the choice asks no list, or an older version recorded the revision.

CREATE TABLE basis_list (
    revision INTEGER PRIMARY KEY,  -- of `basis`
    dated    TEXT,           -- time that the list states; NULL: none
    version  TEXT NOT NULL,  -- as the list states it; empty: none
    read_at  TEXT NOT NULL,  -- when a scan read the edition first
    crc      INTEGER
) STRICT;
