-- Contacts and companies that an invoice leaves, by its end or by a change of its associations.
INSERT INTO due (entity, system, id, reason, since_run)
WITH left_behind AS (
  SELECT unnest(list_concat(coalesce(i.contact_ids, []), coalesce(i.company_ids, []))) AS id, i.id AS invoice_id
  FROM invoices AS i
  JOIN work AS w ON w.system = i.system AND w.object = i.object AND w.id = i.id
  WHERE i.system = 'hubspot'
)
SELECT DISTINCT 'customer', 'hubspot', c.id, 'invoices', $run_id
FROM left_behind AS l
JOIN customers AS c ON c.system = 'hubspot' AND c.id = l.id
LEFT JOIN staged AS s ON s.system = 'hubspot' AND s.id = l.invoice_id
WHERE s.id IS NULL OR NOT list_contains(list_concat(coalesce(s.contact_ids, []), coalesce(s.company_ids, [])), l.id)
ON CONFLICT DO NOTHING
