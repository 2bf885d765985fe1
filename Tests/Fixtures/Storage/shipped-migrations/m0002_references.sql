-- References: pictures of good parts, the sets they form, and the memory banks made from them.

-- One row per picture and product, found by its content. A picture taken out of the current set stays here, because
-- older sets still name it.
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

-- A set never changes once it is written; a change makes the next version.
CREATE TABLE reference_sets (
    product_id TEXT    NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (product_id, version)
) STRICT, WITHOUT ROWID;

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

-- With what a picture was encoded. A reference whose encoding does not match the model in use is encoded again from
-- its picture.
CREATE TABLE reference_encodings (
    seq           INTEGER PRIMARY KEY,
    reference_seq INTEGER NOT NULL REFERENCES reference_images (seq) ON DELETE CASCADE,
    model         TEXT    NOT NULL,
    image_side    INTEGER NOT NULL CHECK (image_side > 0),
    stages        TEXT    NOT NULL CHECK (json_valid(stages)),    -- [6,12,18,24]
    created_at    INTEGER NOT NULL,
    UNIQUE (reference_seq, model, image_side, stages)
) STRICT;

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
