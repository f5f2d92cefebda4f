DELETE FROM quality USING runs WHERE quality.run_id = runs.run_id AND runs.ended_at < $before
