-- Measured anew.
DELETE FROM quality WHERE run_id = $run_id
