-- Every customer and product that the candidates' invoices name, on either side, with the ancestors of QuickBooks' customers
-- and whoever carries the SKU of a HubSpot line.
CREATE OR REPLACE TEMP TABLE wanted AS
WITH RECURSIVE ids AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM pairs WHERE entity = 'invoice' AND hubspot_id IS NOT NULL
  UNION
  SELECT 'quickbooks', quickbooks_id FROM pairs WHERE entity = 'invoice' AND quickbooks_id IS NOT NULL
),
chosen AS (
  SELECT i.* FROM invoices AS i JOIN ids ON ids.system = i.system AND ids.id = i.id
),
lines AS (
  SELECT DISTINCT l.system, l.item_id, l.sku FROM invoice_lines AS l JOIN ids ON ids.system = l.system AND ids.id = l.invoice_id
),
family AS (
  SELECT id, parent_id FROM customers WHERE system = 'quickbooks' AND id IN (SELECT customer_id FROM chosen WHERE system = 'quickbooks')
  UNION
  SELECT c.id, c.parent_id FROM family JOIN customers AS c ON c.system = 'quickbooks' AND c.id = family.parent_id
)
SELECT 'customer' AS entity, 'quickbooks' AS system, id FROM family
UNION SELECT 'customer', 'quickbooks', customer_id FROM chosen WHERE system = 'quickbooks' AND customer_id IS NOT NULL
UNION SELECT 'customer', 'hubspot', unnest(list_concat(coalesce(contact_ids, []), coalesce(company_ids, []))) FROM chosen WHERE system = 'hubspot'
-- An invoice may name a contact alone, where the contact's company is the customer.
UNION SELECT 'customer', 'hubspot', a.to_id
FROM (SELECT unnest(contact_ids) AS id FROM chosen WHERE system = 'hubspot' AND len(coalesce(company_ids, [])) = 0) AS people
JOIN associations AS a ON a.from_object = 'contacts' AND a.from_id = people.id AND a.to_object = 'companies'
UNION SELECT 'product', system, item_id FROM lines WHERE item_id IS NOT NULL
UNION SELECT 'product', p.system, p.id FROM products AS p JOIN lines AS l ON l.system = 'hubspot' AND l.sku = p.sku WHERE p.active
UNION SELECT 'product', p.system, p.id FROM products AS p JOIN lines AS l ON l.system = 'hubspot' AND lower(trim(l.sku)) = p.sku_key WHERE p.active
