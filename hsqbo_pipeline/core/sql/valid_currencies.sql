-- The currencies of what is staged.
SELECT DISTINCT currency FROM staged WHERE currency IS NOT NULL
