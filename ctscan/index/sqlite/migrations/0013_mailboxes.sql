-- Addresses by the letters of their local part: `jane.roe`, `janeroe2` and `jane-roe+lists` have one place. The place is
-- the CRC-32 of the letters, then 16 bits for the host, so that a range holds one mailbox name at all hosts. Python
-- fills the table in behind the last migration (`check_filling`); totals cover its rows (`controls`).
CREATE TABLE mailbox (
    place INTEGER NOT NULL,
    key   INTEGER NOT NULL, -- lookup_key of kind email
    PRIMARY KEY (place, key)
) STRICT, WITHOUT ROWID;
