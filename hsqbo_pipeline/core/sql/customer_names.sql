-- Who holds one of these names: customers, vendors and employees share one name space in QuickBooks (A73), inactive ones included.
-- `free` tells of an active customer, no job, that has no partner and may get one. Vendors come last: they can't be linked.
WITH busy AS (
  SELECT quickbooks_id AS id FROM links WHERE entity = 'customer'
  UNION SELECT id FROM tombstones WHERE entity = 'customer' AND system = 'quickbooks'
  UNION SELECT quickbooks_id FROM pairs WHERE entity = 'customer' AND kind IN ('matched', 'shared', 'ambiguous', 'claimed') AND quickbooks_id IS NOT NULL
)
SELECT name_key, id, 'Customer' AS type, display_name AS name,
  active AND parent_id IS NULL AND id NOT IN (SELECT id FROM busy) AS free
FROM customers WHERE system = 'quickbooks' AND name_key IN (SELECT unnest($names::VARCHAR[]))
UNION ALL
SELECT lower(trim(payload ->> 'DisplayName')), id, object, (payload ->> '$.DisplayName'), false FROM mirror
WHERE system = 'quickbooks' AND object IN ('Vendor', 'Employee') AND gone IS NULL AND lower(trim(payload ->> 'DisplayName')) IN (SELECT unnest($names::VARCHAR[]))
ORDER BY free, type DESC, id
