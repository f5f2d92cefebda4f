DELETE FROM reconciliation_differences USING runs WHERE reconciliation_differences.run_id = runs.run_id AND runs.ended_at < $before
