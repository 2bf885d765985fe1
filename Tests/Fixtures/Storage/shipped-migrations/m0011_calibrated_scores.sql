-- What results scored that were judged under a calibration, for drift: kept apart from the results, of which those of good parts
-- are removed first, and which do not say what else they were judged with.

CREATE TABLE calibrated_scores (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,    -- in the order in which results were stored
    calibration_id TEXT    NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
    created_at     INTEGER NOT NULL,
    score          REAL    NOT NULL
) STRICT;

CREATE INDEX calibrated_scores_by_calibration ON calibrated_scores (calibration_id, number);
