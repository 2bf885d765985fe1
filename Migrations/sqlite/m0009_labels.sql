-- Labels: what people say of results, beside the verdicts that were given.

-- created_at repeats the result's, so that a page of one label is one index range.
CREATE TABLE result_labels (
    result_seq INTEGER NOT NULL PRIMARY KEY REFERENCES results (seq) ON DELETE CASCADE,
    verdict    TEXT    NOT NULL,
    types      TEXT    NOT NULL CHECK (json_valid(types)),    -- ["scratch", …]
    note       TEXT,
    created_at INTEGER NOT NULL,
    labeled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX result_labels_by_verdict ON result_labels (verdict, created_at, result_seq);
