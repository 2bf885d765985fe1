-- Text embeddings: a product's prompts are encoded once per model, ever.

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
