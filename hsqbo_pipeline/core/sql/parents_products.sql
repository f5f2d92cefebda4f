-- The products behind the wanted ids and the items that they are linked with.
SELECT p.system, p.id, p.name, p.sku, p.active, p.item_type, p.taxable, m.payload ->> '$.InvStartDate' AS stock_start
FROM products AS p
LEFT JOIN mirror AS m ON p.system = 'quickbooks' AND m.system = 'quickbooks' AND m.object = 'Item' AND m.id = p.id
WHERE EXISTS (SELECT 1 FROM wanted AS w WHERE w.entity = 'product' AND w.system = p.system AND w.id = p.id)
   OR (p.system = 'quickbooks' AND EXISTS (
     SELECT 1 FROM wanted AS w JOIN links AS l ON l.entity = 'product' AND l.hubspot_id = w.id
     WHERE w.entity = 'product' AND w.system = 'hubspot' AND l.quickbooks_id = p.id))
ORDER BY p.system, p.id
