DELETE FROM reconciliation USING runs WHERE reconciliation.run_id = runs.run_id AND runs.ended_at < $before
