DELETE FROM touched USING runs
WHERE touched.run_id = runs.run_id AND runs.ended_at IS NOT NULL AND runs.run_id <> $run_id AND NOT list_contains($validated, touched.object)
