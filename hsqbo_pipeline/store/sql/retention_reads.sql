DELETE FROM reads USING runs WHERE reads.run_id = runs.run_id AND runs.ended_at < $before
