-- Certificates of which only a part could be read: every answer about somebody whose data may stand in the rest names
-- them. Certificates of an older version count as read until `ctscan reindex`, or a scan, reads them again.
ALTER TABLE certificate ADD COLUMN partly INTEGER NOT NULL DEFAULT 0 CHECK (partly IN (0, 1));

-- Likewise of entries that can't be parsed at all, so that there is no certificate to keep.
ALTER TABLE unreadable ADD COLUMN partly INTEGER NOT NULL DEFAULT 0 CHECK (partly IN (0, 1));

CREATE INDEX certificate_partly ON certificate (partly) WHERE partly > 0;
CREATE INDEX unreadable_partly ON unreadable (partly) WHERE partly > 0;
