-- Heads that were seen, failures by kind, evidence that a third party can verify.

-- The first failure after the last success, and the kind of the last failure.
ALTER TABLE log ADD COLUMN failing_since TEXT;
ALTER TABLE log ADD COLUMN failure TEXT;

UPDATE log SET failing_since = last_error_at, failure = 'unavailable' WHERE last_error IS NOT NULL;
