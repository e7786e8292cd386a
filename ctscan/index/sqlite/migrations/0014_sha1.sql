-- SHA-1 fingerprints, which programs of Windows print: the first four octets, signed, of the SHA-1 of each certificate.
-- Precertificates have none. A table of its own, since another column would rewrite every certificate.
CREATE TABLE leaf_sha1 (
    leaf INTEGER PRIMARY KEY REFERENCES leaf (id) ON DELETE CASCADE,
    head INTEGER NOT NULL
) STRICT;

INSERT INTO leaf_sha1 (leaf, head)
SELECT id, head FROM (SELECT id, sha1_head(der) AS head FROM leaf WHERE kind = 'x509') WHERE head IS NOT NULL;

CREATE INDEX leaf_sha1_head ON leaf_sha1 (head);
