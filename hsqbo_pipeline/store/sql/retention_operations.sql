-- What was done is in the journal, which stays; drafts and superseded plans are of no more use.
DELETE FROM operations USING plans
WHERE operations.plan_hash = plans.hash AND plans.status IN ('superseded', 'refused', 'applied') AND plans.created_at < $before
