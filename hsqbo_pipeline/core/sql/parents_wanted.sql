-- Every customer and product that the candidates' invoices name, on either side, with the ancestors of QuickBooks' customers
-- and whoever carries the SKU of a HubSpot line.
CREATE OR REPLACE TEMP TABLE wanted AS
WITH RECURSIVE chosen AS (
  SELECT i.* FROM invoices AS i JOIN pairs AS p ON p.entity = 'invoice'
    AND ((i.system = 'hubspot' AND i.id = p.hubspot_id) OR (i.system = 'quickbooks' AND i.id = p.quickbooks_id))
),
lines AS (
  SELECT l.* FROM invoice_lines AS l JOIN chosen AS c ON c.system = l.system AND c.id = l.invoice_id
),
family AS (
  SELECT id, parent_id FROM customers WHERE system = 'quickbooks' AND id IN (SELECT customer_id FROM chosen WHERE system = 'quickbooks')
  UNION
  SELECT c.id, c.parent_id FROM family JOIN customers AS c ON c.system = 'quickbooks' AND c.id = family.parent_id
)
SELECT 'customer' AS entity, 'quickbooks' AS system, id FROM family
UNION SELECT 'customer', 'quickbooks', customer_id FROM chosen WHERE system = 'quickbooks' AND customer_id IS NOT NULL
UNION SELECT 'customer', 'hubspot', unnest(list_concat(contact_ids, company_ids)) FROM chosen WHERE system = 'hubspot'
UNION SELECT 'product', system, item_id FROM lines WHERE item_id IS NOT NULL
UNION SELECT 'product', p.system, p.id FROM products AS p JOIN lines AS l ON l.system = 'hubspot' AND l.sku = p.sku WHERE p.active
