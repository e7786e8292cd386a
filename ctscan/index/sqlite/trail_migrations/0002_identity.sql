-- Identifier of the trail, made once: an index knows its trail by it.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id  BLOB NOT NULL
) STRICT;

INSERT INTO identity (one, id) VALUES (1, randomblob(16));
