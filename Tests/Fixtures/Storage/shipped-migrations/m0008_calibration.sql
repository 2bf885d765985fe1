-- Calibration: thresholds that were found from pictures of good parts.

ALTER TABLE products ADD COLUMN map_threshold REAL;    -- NULL: the score's threshold
ALTER TABLE products ADD COLUMN decision TEXT;         -- NULL: left to the service
-- Whose thresholds the product has; NULL when they were set by hand.
ALTER TABLE products ADD COLUMN calibration_id TEXT;

ALTER TABLE results ADD COLUMN map_threshold REAL;     -- NULL: results.threshold

-- What was found once stays, whatever becomes of the thresholds.
CREATE TABLE calibrations (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),    -- grows with time (UUID version 7)
    product_id TEXT    NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    basis      BLOB    NOT NULL CHECK (length(basis) = 32),    -- of everything that scores depend on
    document   BLOB    NOT NULL                                -- the JSON that was answered, byte for byte
) STRICT, WITHOUT ROWID;

CREATE INDEX calibrations_by_product ON calibrations (product_id, id);
