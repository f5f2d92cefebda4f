-- Filters may ask for a contact's invoices (the recommended one does), so a changed invoice makes its contact due.
INSERT INTO due (entity, system, id, reason, since_run)
WITH changed AS (
  SELECT s.id, unnest(list_concat(coalesce(s.contact_ids, []), coalesce(s.company_ids, []))) AS customer_id
  FROM staged AS s
  LEFT JOIN evaluated AS e ON e.entity = 'invoice' AND e.system = s.system AND e.id = s.id
  WHERE s.system = 'hubspot' AND (e.id IS NULL OR e.fields_hash <> s.fields_hash OR e.rules_hash <> $rules_hash)
)
SELECT DISTINCT 'customer', 'hubspot', c.id, 'invoices', $run_id
FROM changed JOIN customers AS c ON c.system = 'hubspot' AND c.id = changed.customer_id
ON CONFLICT DO NOTHING
