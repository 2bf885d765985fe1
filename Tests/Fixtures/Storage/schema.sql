CREATE TABLE calibrated_scores (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,    -- in the order in which results were stored
    calibration_id TEXT    NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,
    created_at     INTEGER NOT NULL,
    score          REAL    NOT NULL
) STRICT;

CREATE INDEX calibrated_scores_by_calibration ON calibrated_scores (calibration_id, number);

CREATE TABLE calibrations (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),    -- grows with time (UUID version 7)
    product_id TEXT    NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    basis      BLOB    NOT NULL CHECK (length(basis) = 32),    -- of everything that scores depend on
    document   BLOB    NOT NULL                                -- the JSON that was answered, byte for byte
) STRICT, WITHOUT ROWID;

CREATE INDEX calibrations_by_product ON calibrations (product_id, id);

CREATE TABLE idempotency_keys (
    key         TEXT    NOT NULL PRIMARY KEY CHECK (key <> ''),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),    -- of everything the answer depends on
    result_seq  INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_result ON idempotency_keys (result_seq);

CREATE TABLE product_numbers (
    product_id        TEXT    NOT NULL PRIMARY KEY,
    revision          INTEGER NOT NULL,
    reference_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE products (
    id               TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    noun             TEXT    NOT NULL,
    defect_types     TEXT    NOT NULL CHECK (json_valid(defect_types)),      -- [{"name": …, "phrases": […]?}, …]
    threshold        REAL,                                                   -- NULL: the service's default
    image_side       INTEGER CHECK (image_side > 0),                         -- NULL: the model's own
    ignore_polygons  TEXT    NOT NULL CHECK (json_valid(ignore_polygons)),   -- [[[x, y], …], …], pixels
    include_polygons TEXT    NOT NULL CHECK (json_valid(include_polygons)),
    mm_per_pixel     REAL    CHECK (mm_per_pixel > 0),
    keep_images      TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0)
, max_bank_rows INTEGER CHECK (max_bank_rows > 0), map_threshold REAL, decision TEXT, calibration_id TEXT, picture_check TEXT, review_threshold REAL) STRICT, WITHOUT ROWID;

CREATE TABLE reference_banks (
    seq          INTEGER PRIMARY KEY,
    encoding_seq INTEGER NOT NULL REFERENCES reference_encodings (seq) ON DELETE CASCADE,
    stage        INTEGER NOT NULL,
    element_type TEXT    NOT NULL,
    row_count    INTEGER NOT NULL CHECK (row_count > 0),
    width        INTEGER NOT NULL CHECK (width > 0),
    bytes        BLOB    NOT NULL,    -- [row_count, width], row-major, little-endian
    UNIQUE (encoding_seq, stage)
) STRICT;

CREATE TABLE reference_coresets (
    product_id TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    model      TEXT    NOT NULL,
    image_side INTEGER NOT NULL CHECK (image_side > 0),
    stage      INTEGER NOT NULL,
    max_rows   INTEGER NOT NULL CHECK (max_rows > 0),
    row_count  INTEGER NOT NULL CHECK (row_count > 0),    -- of the whole bank, before the choice
    rows       BLOB    NOT NULL,    -- positions in the stage's joined bank, ascending, uint32 little-endian
    PRIMARY KEY (product_id, version, stage),
    FOREIGN KEY (product_id, version) REFERENCES reference_sets (product_id, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE reference_distances (
    encoding_seq INTEGER NOT NULL REFERENCES reference_encodings (seq) ON DELETE CASCADE,
    other_seq    INTEGER NOT NULL REFERENCES reference_encodings (seq) ON DELETE CASCADE,
    mean         REAL    NOT NULL,
    peak         REAL    NOT NULL,
    PRIMARY KEY (encoding_seq, other_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX reference_distances_by_other ON reference_distances (other_seq);

CREATE TABLE reference_encodings (
    seq           INTEGER PRIMARY KEY,
    reference_seq INTEGER NOT NULL REFERENCES reference_images (seq) ON DELETE CASCADE,
    model         TEXT    NOT NULL,
    image_side    INTEGER NOT NULL CHECK (image_side > 0),
    stages        TEXT    NOT NULL CHECK (json_valid(stages)),    -- [6,12,18,24]
    created_at    INTEGER NOT NULL, brightness REAL, contrast REAL, sharpness REAL,
    UNIQUE (reference_seq, model, image_side, stages)
) STRICT;

CREATE TABLE reference_images (
    seq        INTEGER PRIMARY KEY,
    product_id TEXT    NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    format     TEXT    NOT NULL,
    width      INTEGER NOT NULL CHECK (width > 0),
    height     INTEGER NOT NULL CHECK (height > 0),
    created_at INTEGER NOT NULL,
    image      BLOB    NOT NULL,    -- as received; last, so that reading the other columns never touches it
    UNIQUE (product_id, sha256)
) STRICT;

CREATE TABLE reference_set_members (
    product_id    TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    position      INTEGER NOT NULL CHECK (position >= 0),
    reference_seq INTEGER NOT NULL REFERENCES reference_images (seq),
    PRIMARY KEY (product_id, version, position),
    UNIQUE (product_id, version, reference_seq),
    FOREIGN KEY (product_id, version) REFERENCES reference_sets (product_id, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX reference_set_members_by_reference ON reference_set_members (reference_seq);

CREATE TABLE reference_sets (
    product_id TEXT    NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (product_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE result_defects (
    result_seq  INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    type        TEXT    NOT NULL CHECK (type <> ''),
    score       REAL    NOT NULL,
    area_pixels INTEGER NOT NULL CHECK (area_pixels >= 0),
    product_id  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (result_seq, type)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_defects_by_product_type ON result_defects (product_id, type, created_at, result_seq);

CREATE INDEX result_defects_by_type ON result_defects (type, created_at, result_seq);

CREATE TABLE result_files (
    seq        INTEGER PRIMARY KEY,
    result_seq INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    bytes      BLOB    NOT NULL,
    UNIQUE (result_seq, kind, name)
) STRICT;

CREATE TABLE result_labels (
    result_seq INTEGER NOT NULL PRIMARY KEY REFERENCES results (seq) ON DELETE CASCADE,
    verdict    TEXT    NOT NULL,
    types      TEXT    NOT NULL CHECK (json_valid(types)),    -- ["scratch", …]
    note       TEXT,
    created_at INTEGER NOT NULL,
    labeled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX result_labels_by_verdict ON result_labels (verdict, created_at, result_seq);

CREATE TABLE result_metadata (
    result_seq INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    key        TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (result_seq, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_metadata_by_value ON result_metadata (key, value, created_at, result_seq);

CREATE TRIGGER result_metadata_of_new_result AFTER INSERT ON results WHEN NEW.metadata IS NOT NULL BEGIN
    INSERT OR IGNORE INTO result_metadata (result_seq, key, value, created_at)
    SELECT result_seq, key, value, created_at FROM searchable_metadata WHERE result_seq = NEW.seq LIMIT 64;
END;

CREATE TABLE result_totals (
    verdict TEXT    NOT NULL PRIMARY KEY,
    results INTEGER NOT NULL,
    bytes   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER result_totals_of_new_file AFTER INSERT ON result_files BEGIN
    UPDATE result_totals SET bytes = bytes + length(NEW.bytes)
    WHERE verdict = (SELECT verdict FROM results WHERE seq = NEW.result_seq);
END;

CREATE TRIGGER result_totals_of_new_result AFTER INSERT ON results BEGIN
    INSERT INTO result_totals (verdict, results, bytes) VALUES (NEW.verdict, 1, 1024 + length(NEW.document))
    ON CONFLICT (verdict) DO UPDATE SET results = results + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER result_totals_of_old_result BEFORE DELETE ON results BEGIN
    UPDATE result_totals SET results = results - 1, bytes = bytes - 1024 - length(OLD.document) - coalesce(
        (SELECT sum(length(bytes)) FROM result_files WHERE result_seq = OLD.seq), 0)
    WHERE verdict = OLD.verdict;
END;

CREATE TABLE results (
    seq                INTEGER PRIMARY KEY,
    id                 TEXT    NOT NULL UNIQUE CHECK (id <> ''),
    product_id         TEXT    NOT NULL,
    created_at         INTEGER NOT NULL,
    verdict            TEXT    NOT NULL,
    score              REAL    NOT NULL,
    threshold          REAL,
    mode               TEXT    NOT NULL,
    shots              INTEGER NOT NULL CHECK (shots >= 0),
    references_version INTEGER,
    part_id            TEXT,
    camera             TEXT,
    image_width        INTEGER NOT NULL CHECK (image_width > 0),
    image_height       INTEGER NOT NULL CHECK (image_height > 0),
    image_sha256       BLOB    NOT NULL CHECK (length(image_sha256) = 32),
    metadata           TEXT    CHECK (metadata IS NULL OR json_valid(metadata)),
    document           BLOB    NOT NULL    -- the JSON that was answered, byte for byte
, map_threshold REAL, review_threshold REAL) STRICT;

CREATE INDEX results_by_camera ON results (camera, created_at, seq, product_id, verdict, score)
    WHERE camera IS NOT NULL;

CREATE INDEX results_by_part ON results (part_id, created_at, seq, product_id, verdict, score)
    WHERE part_id IS NOT NULL;

CREATE INDEX results_by_product ON results (product_id, created_at, seq, score);

CREATE INDEX results_by_product_verdict ON results (product_id, verdict, created_at, seq, score);

CREATE INDEX results_by_score ON results (score, created_at, seq, product_id, verdict, camera);

CREATE INDEX results_by_time ON results (created_at, seq, product_id, verdict, score);

CREATE INDEX results_by_verdict ON results (verdict, created_at, seq, score);

CREATE TABLE schema_migrations (
    number     INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    sql        TEXT    NOT NULL,
    applied_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000000)
) STRICT;

CREATE VIEW searchable_metadata AS
SELECT member.result_seq, member.key, member.value, member.created_at
FROM (
    SELECT result.seq AS result_seq, item.key AS key, result.created_at AS created_at,
        CASE
            WHEN item.type IN ('true', 'false') THEN item.type
            WHEN item.type = 'real' AND abs(item.value) < 9e15 AND item.value = CAST(item.value AS INTEGER)
                THEN CAST(CAST(item.value AS INTEGER) AS TEXT)
            ELSE CAST(item.value AS TEXT)
        END AS value
    FROM results AS result, json_each(result.metadata) AS item
    WHERE json_type(result.metadata) = 'object' AND item.type IN ('text', 'integer', 'real', 'true', 'false')
) AS member
WHERE length(member.key) BETWEEN 1 AND 128 AND length(member.value) BETWEEN 1 AND 128;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE text_embeddings (
    seq        INTEGER PRIMARY KEY,
    model      TEXT    NOT NULL,
    phrases    TEXT    NOT NULL,    -- digest of the phrases and templates
    noun       TEXT    NOT NULL,
    shape      TEXT    NOT NULL CHECK (json_valid(shape)),    -- [states, embedDim]
    created_at INTEGER NOT NULL,
    embedding  BLOB    NOT NULL,    -- float32, row-major, little-endian
    UNIQUE (model, phrases, noun)
) STRICT;
