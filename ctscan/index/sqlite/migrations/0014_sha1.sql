-- SHA-1 fingerprints, which programs of Windows print: the first four octets, signed, of the SHA-1 of each certificate.
-- Precertificates have none.
ALTER TABLE leaf ADD COLUMN sha1_head INTEGER;

UPDATE leaf SET sha1_head = sha1_head(der) WHERE kind = 'x509';

CREATE INDEX leaf_sha1 ON leaf (sha1_head) WHERE sha1_head IS NOT NULL;
