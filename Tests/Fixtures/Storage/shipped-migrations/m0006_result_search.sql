-- Searching results by their metadata, counting them, and what they take.

-- One row per member of a result's metadata that is a text, a number, true or false. created_at repeats the result's,
-- so that a page of one value is one index range.
CREATE TABLE result_metadata (
    result_seq INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
    key        TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (result_seq, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_metadata_by_value ON result_metadata (key, value, created_at, result_seq);

-- What of a result's metadata can be searched, in the form in which it is compared: 3, 3.0 and "3" are the text 3.
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

-- Sixty-four members are enough for a search; without a bound, one result could fill an index with a thousand rows.
CREATE TRIGGER result_metadata_of_new_result AFTER INSERT ON results WHEN NEW.metadata IS NOT NULL BEGIN
    INSERT OR IGNORE INTO result_metadata (result_seq, key, value, created_at)
    SELECT result_seq, key, value, created_at FROM searchable_metadata WHERE result_seq = NEW.seq LIMIT 64;
END;

INSERT OR IGNORE INTO result_metadata (result_seq, key, value, created_at)
SELECT result_seq, key, value, created_at FROM searchable_metadata;

-- Product and verdict join the index over time, so that counting the results of a span reads nothing else.
DROP INDEX results_by_time;
CREATE INDEX results_by_time ON results (created_at, seq, product_id, verdict, score);

-- How many results there are and what they take, kept by triggers, so that retention need not read everything to know.
-- bytes: documents and pictures, and 1024 per result for its rows and index entries.
CREATE TABLE result_totals (
    verdict TEXT    NOT NULL PRIMARY KEY,
    results INTEGER NOT NULL,
    bytes   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO result_totals (verdict, results, bytes)
SELECT verdict, count(*), sum(1024 + length(document) + coalesce(
    (SELECT sum(length(bytes)) FROM result_files WHERE result_seq = results.seq), 0))
FROM results GROUP BY verdict;

CREATE TRIGGER result_totals_of_new_result AFTER INSERT ON results BEGIN
    INSERT INTO result_totals (verdict, results, bytes) VALUES (NEW.verdict, 1, 1024 + length(NEW.document))
    ON CONFLICT (verdict) DO UPDATE SET results = results + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER result_totals_of_new_file AFTER INSERT ON result_files BEGIN
    UPDATE result_totals SET bytes = bytes + length(NEW.bytes)
    WHERE verdict = (SELECT verdict FROM results WHERE seq = NEW.result_seq);
END;

-- Before, because the result's pictures are gone afterwards.
CREATE TRIGGER result_totals_of_old_result BEFORE DELETE ON results BEGIN
    UPDATE result_totals SET results = results - 1, bytes = bytes - 1024 - length(OLD.document) - coalesce(
        (SELECT sum(length(bytes)) FROM result_files WHERE result_seq = OLD.seq), 0)
    WHERE verdict = OLD.verdict;
END;
