-- Results: every answer that was given, with what is needed to find it and to show it again.

-- product_id has no foreign key on purpose: a result outlives its product.
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
) STRICT;

-- Every list is ordered by (created_at, seq) descending, so each index names one equality filter and then that order.
-- What follows seq is there so that the remaining filters are decided inside the index.
CREATE INDEX results_by_time ON results (created_at, seq, score);
CREATE INDEX results_by_product ON results (product_id, created_at, seq, score);
CREATE INDEX results_by_verdict ON results (verdict, created_at, seq, score);
CREATE INDEX results_by_product_verdict ON results (product_id, verdict, created_at, seq, score);
CREATE INDEX results_by_camera ON results (camera, created_at, seq, product_id, verdict, score)
    WHERE camera IS NOT NULL;
CREATE INDEX results_by_part ON results (part_id, created_at, seq, product_id, verdict, score)
    WHERE part_id IS NOT NULL;

-- For the few results with a high score, which a walk in the order of time would look for in vain.
CREATE INDEX results_by_score ON results (score, created_at, seq, product_id, verdict, camera);

-- One row per defect type found. product_id and created_at repeat the result's, so that a page of one type is one
-- index range.
CREATE TABLE result_defects (
    result_seq  INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    type        TEXT    NOT NULL CHECK (type <> ''),
    score       REAL    NOT NULL,
    area_pixels INTEGER NOT NULL CHECK (area_pixels >= 0),
    product_id  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (result_seq, type)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_defects_by_type ON result_defects (type, created_at, result_seq);
CREATE INDEX result_defects_by_product_type ON result_defects (product_id, type, created_at, result_seq);

-- Pictures that belong to a result. kind: mask (name is the defect type), heatmap, overlay, image (name is '').
CREATE TABLE result_files (
    seq        INTEGER PRIMARY KEY,
    result_seq INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    bytes      BLOB    NOT NULL,
    UNIQUE (result_seq, kind, name)
) STRICT;
