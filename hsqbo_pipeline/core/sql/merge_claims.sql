-- HubSpot records that were merged although both have a partner in QuickBooks.
WITH lost AS (
  SELECT id AS survivor_id, unnest(merged_ids) AS old_id FROM customers WHERE system = 'hubspot' AND $entity = 'customer'
  UNION ALL
  SELECT id, unnest(merged_ids) FROM products WHERE system = 'hubspot' AND $entity = 'product'
)
SELECT lost.old_id, lost.survivor_id, old.quickbooks_id AS old_partner, own.quickbooks_id AS own_partner
FROM lost
JOIN links AS old ON old.entity = $entity AND old.role = 'primary' AND old.hubspot_id = lost.old_id
JOIN links AS own ON own.entity = $entity AND own.role = 'primary' AND own.hubspot_id = lost.survivor_id AND own.hubspot_object = old.hubspot_object
WHERE lost.old_id <> lost.survivor_id AND old.quickbooks_id <> own.quickbooks_id
QUALIFY row_number() OVER (PARTITION BY lost.old_id ORDER BY lost.survivor_id) = 1
ORDER BY lost.old_id
