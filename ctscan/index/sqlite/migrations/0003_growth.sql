-- How large a log was and when, as its own signed heads say: the first of each hour, of two days.
CREATE TABLE head_size (
    log       INTEGER NOT NULL REFERENCES log (id),
    hour      INTEGER NOT NULL,  -- since 1970
    timestamp INTEGER NOT NULL,  -- milliseconds
    size      INTEGER NOT NULL,
    PRIMARY KEY (log, hour)
) STRICT, WITHOUT ROWID;
