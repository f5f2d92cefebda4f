-- Waves in their order, inside a wave as the rules gave them; then the draft is the plan.
UPDATE operations SET plan_hash = $hash, position = sorted.place
FROM (
  SELECT operation_id, row_number() OVER (ORDER BY list_position($waves::VARCHAR[], wave), position) - 1 AS place
  FROM operations WHERE plan_hash = $draft
) AS sorted
WHERE operations.plan_hash = $draft AND operations.operation_id = sorted.operation_id
