-- Products: what is inspected, and how.
--
-- Times in every table are microseconds since 1970-01-01T00:00:00Z.

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
) STRICT, WITHOUT ROWID;

-- The highest numbers ever given out for a product's id. These rows outlive the product: after it is deleted and
-- made anew, an old ETag must not match, and "references v3" in an old result must not name a new set.
CREATE TABLE product_numbers (
    product_id        TEXT    NOT NULL PRIMARY KEY,
    revision          INTEGER NOT NULL,
    reference_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
