-- A proof that is made again replaces the one of the same run.
DELETE FROM reconciliation WHERE run_id = $run_id
