DELETE FROM record_history USING runs WHERE record_history.run_id = runs.run_id AND runs.ended_at < $before
