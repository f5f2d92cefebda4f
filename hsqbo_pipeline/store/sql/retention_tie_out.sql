DELETE FROM tie_out USING runs WHERE tie_out.run_id = runs.run_id AND runs.ended_at < $before
