-- Open rows that may be questions, each with the newest decision that somebody has taken on it.
SELECT s.record_key, s.entity, s.label, s.code, s.sentence, s.fix, s.candidates, s.since_at, d.verb, d.who, d.at_time
FROM record_states AS s
LEFT JOIN (
  SELECT entity, system, id, arg_max(verb, at_time) AS verb, arg_max(who, at_time) AS who, max(at_time) AS at_time FROM decisions GROUP BY ALL
) AS d ON d.entity = s.entity AND ((d.system = 'hubspot' AND d.id = s.hubspot_id) OR (d.system = 'quickbooks' AND d.id = s.quickbooks_id))
WHERE s.state IN ('FAILING', 'WAITING')
QUALIFY row_number() OVER (PARTITION BY s.record_key ORDER BY d.at_time DESC) = 1
ORDER BY s.code, s.entity, s.record_key
