DELETE FROM verdicts USING runs WHERE verdicts.run_id = runs.run_id AND runs.ended_at < $before
