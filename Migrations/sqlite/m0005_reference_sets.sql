-- What is derived from a set of references as a whole: how far its pictures lie apart, and which rows of its banks are kept.

-- Rows per stage that inspections of the product search at most.
ALTER TABLE products ADD COLUMN max_bank_rows INTEGER CHECK (max_bank_rows > 0);    -- NULL: all of them

-- How far the patches of a picture lie from those of another one, measured when the first of the two was added. Belongs
-- to the banks it was measured on, and goes with them.
CREATE TABLE reference_distances (
    encoding_seq INTEGER NOT NULL REFERENCES reference_encodings (seq) ON DELETE CASCADE,
    other_seq    INTEGER NOT NULL REFERENCES reference_encodings (seq) ON DELETE CASCADE,
    mean         REAL    NOT NULL,
    peak         REAL    NOT NULL,
    PRIMARY KEY (encoding_seq, other_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX reference_distances_by_other ON reference_distances (other_seq);

-- The rows that stand for a set's bank where a product caps them. One choice is kept per product: that of the set and
-- cap in use; another one is made again when it is needed.
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
