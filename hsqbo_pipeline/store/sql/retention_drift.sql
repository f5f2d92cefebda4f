DELETE FROM drift USING runs WHERE drift.run_id = runs.run_id AND runs.ended_at < $before
