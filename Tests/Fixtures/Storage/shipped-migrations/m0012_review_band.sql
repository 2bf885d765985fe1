-- Scores between a product's two thresholds are not decided by the service but by people.

ALTER TABLE products ADD COLUMN review_threshold REAL;    -- NULL: the threshold alone decides

-- Of results whose picture was judged; NULL for others, so that an undecidable result which has one is one of these scores.
ALTER TABLE results ADD COLUMN review_threshold REAL;
