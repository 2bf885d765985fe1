-- Idempotency keys: a client's names for its requests, each with the result that answered it.
--
-- A key is written in the transaction of its result, so that there is never one without the other, and goes with it.

CREATE TABLE idempotency_keys (
    key         TEXT    NOT NULL PRIMARY KEY CHECK (key <> ''),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),    -- of everything the answer depends on
    result_seq  INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_result ON idempotency_keys (result_seq);
