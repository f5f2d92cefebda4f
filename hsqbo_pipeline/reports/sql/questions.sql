-- Open rows that may be questions, each with the newest decision that somebody has taken on it; and pairs in step whose values
-- differed when they were linked (H20).
WITH asked AS (
  SELECT record_key, entity, hubspot_id, quickbooks_id, label, code, sentence, fix, candidates, since_at FROM record_states
  WHERE state IN ('FAILING', 'WAITING')
  UNION ALL BY NAME
  SELECT record_key, entity, hubspot_id, quickbooks_id, label, told ->> '$.code' AS code, told ->> '$.sentence' AS sentence, told ->> '$.fix' AS fix,
    candidates, since_at
  FROM (
    SELECT *, list_filter(from_json(reasons::VARCHAR::JSON, '["JSON"]'), lambda each: (each ->> '$.slots.first_link') = 'true')[1] AS told
    FROM record_states WHERE state = 'IN_SYNC' AND reasons::VARCHAR LIKE '%first_link%'
  )
  WHERE told IS NOT NULL
)
SELECT s.record_key, s.entity, s.label, s.code, s.sentence, s.fix, s.candidates, s.since_at, d.verb, d.who, d.at_time
FROM asked AS s
LEFT JOIN (
  SELECT entity, system, id, arg_max(verb, at_time) AS verb, arg_max(who, at_time) AS who, max(at_time) AS at_time FROM decisions GROUP BY ALL
) AS d ON d.entity = s.entity AND ((d.system = 'hubspot' AND d.id = s.hubspot_id) OR (d.system = 'quickbooks' AND d.id = s.quickbooks_id))
QUALIFY row_number() OVER (PARTITION BY s.record_key ORDER BY d.at_time DESC) = 1
ORDER BY s.code, s.entity, s.record_key
