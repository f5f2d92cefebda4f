DELETE FROM fees USING runs WHERE fees.run_id = runs.run_id AND runs.ended_at < $before
