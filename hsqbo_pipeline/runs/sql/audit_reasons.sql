-- Why records have no partner, or have one and are not in step: one row per reason, with the first record that has it.
WITH told AS (
  SELECT *, CASE WHEN hubspot_id IS NULL THEN 'quickbooks' WHEN quickbooks_id IS NULL THEN 'hubspot' ELSE 'both' END AS side FROM record_states
  WHERE entity <> 'connection' AND (code NOT IN ('OPS_UNCHANGED', 'OPS_AWAITING_APPROVAL') OR state = 'FAILING')
)
SELECT entity, side AS system, state, code, count(*)::INTEGER AS records, arg_min(sentence, record_key) AS sentence, arg_min(fix, record_key) AS fix,
  arg_min(coalesce(label, hubspot_id, quickbooks_id), record_key) AS example, any_value(owner) AS owner,
  coalesce(sum(amount), 0)::DECIMAL(18,2) AS amount, CASE WHEN count(DISTINCT currency) = 1 THEN any_value(currency) END AS currency
FROM told
GROUP BY entity, side, state, code
ORDER BY CASE state WHEN 'BLOCKED' THEN 1 WHEN 'FAILING' THEN 2 WHEN 'IN_SYNC' THEN 3 WHEN 'WAITING' THEN 4 ELSE 5 END, count(*) DESC, code, entity, side
