DELETE FROM operations WHERE starts_with(plan_hash, 'draft:') AND run_id <> $run_id
