-- Failing and blocked records, and a login that ends soon, that nobody has asked us to be quiet about: by their code, or by one of their ids.
SELECT s.record_key, s.code, s.entity, s.label, s.sentence FROM record_states AS s
WHERE (s.state IN ('FAILING', 'BLOCKED') OR s.code = 'AUTH_ENDS_SOON') AND NOT EXISTS (
  SELECT 1 FROM decisions AS d
  WHERE d.verb = 'ack' AND (d.until IS NULL OR d.until >= $today::DATE)
    AND (d.id = 'code:' || s.code OR (d.entity = s.entity AND ((d.system = 'hubspot' AND d.id = s.hubspot_id) OR (d.system = 'quickbooks' AND d.id = s.quickbooks_id))))
)
ORDER BY s.code, s.entity, s.record_key
