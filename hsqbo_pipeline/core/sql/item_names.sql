-- Who holds one of these item names in QuickBooks; inactive items carry another name there and hold none. `free` tells of an item
-- that has no partner and may get one.
WITH busy AS (
  SELECT quickbooks_id AS id FROM links WHERE entity = 'product'
  UNION SELECT id FROM tombstones WHERE entity = 'product' AND system = 'quickbooks'
  UNION SELECT quickbooks_id FROM pairs WHERE entity = 'product' AND kind IN ('matched', 'shared', 'ambiguous', 'claimed') AND quickbooks_id IS NOT NULL
)
SELECT name_key, id, name, item_type IN ('Service', 'NonInventory', 'Inventory') AND id NOT IN (SELECT id FROM busy) AS free
FROM products
WHERE system = 'quickbooks' AND active AND name_key IN (SELECT unnest($names::VARCHAR[]))
ORDER BY free, id
