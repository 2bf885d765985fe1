-- How pictures of references look as a whole, so that an inspected one which looks unlike all of them is not judged.

ALTER TABLE products ADD COLUMN picture_check TEXT;    -- NULL: left to the service

-- Measured on the square that the network sees; NULL where the encoding is older than this: measured when it is needed.
ALTER TABLE reference_encodings ADD COLUMN brightness REAL;
ALTER TABLE reference_encodings ADD COLUMN contrast REAL;
ALTER TABLE reference_encodings ADD COLUMN sharpness REAL;
