DELETE FROM reconciliation_differences WHERE run_id = $run_id
