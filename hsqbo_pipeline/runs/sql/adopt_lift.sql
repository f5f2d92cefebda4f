-- Pairs that were only forgotten may be found again; what is lifted is kept for `adopt_put_back`.
CREATE OR REPLACE TEMP TABLE lifted AS SELECT * FROM tombstones WHERE reason = 'forgotten'
