-- Current records that no row of the report speaks for. There must be none: counts in = counts out.
WITH known AS (
  SELECT 'customer' AS entity, system, id FROM customers
  UNION ALL SELECT 'product', system, id FROM products
  UNION ALL SELECT 'invoice', system, id FROM invoices
  UNION ALL SELECT 'payment', system, id FROM payments
  UNION ALL SELECT entity, system, id FROM rejects
),
spoken AS (
  SELECT entity, 'hubspot' AS system, hubspot_id AS id FROM record_states WHERE hubspot_id IS NOT NULL
  UNION ALL SELECT entity, 'quickbooks', quickbooks_id FROM record_states WHERE quickbooks_id IS NOT NULL
  -- A HubSpot payment stands for one allocation; its QuickBooks payment speaks for all of them.
  UNION ALL SELECT 'payment', 'hubspot', hubspot_id FROM links WHERE entity = 'payment'
)
SELECT k.entity, k.system, k.id FROM (SELECT DISTINCT entity, system, id FROM known) AS k
WHERE NOT EXISTS (SELECT 1 FROM spoken WHERE spoken.entity = k.entity AND spoken.system = k.system AND spoken.id = k.id)
ORDER BY 1, 2, 3
