-- Most entries that a log gives in an answer to get-entries, where it fails at as many as are configured.
ALTER TABLE log ADD COLUMN batch INTEGER;
