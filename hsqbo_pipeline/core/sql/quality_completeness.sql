-- What is filled in, among active records of each side.
WITH facts AS (
  SELECT 'customer' AS entity, system, id, unnest([
    {'measure': 'customer_email', 'bad': email IS NULL},
    {'measure': 'customer_name', 'bad': coalesce(first_name, last_name, company) IS NULL},
    {'measure': 'customer_phone', 'bad': phone IS NULL},
    {'measure': 'customer_address', 'bad': coalesce(address, city, zip) IS NULL}]) AS t
  FROM customers WHERE active
  UNION ALL
  SELECT 'product', system, id, unnest([
    {'measure': 'product_sku', 'bad': sku IS NULL},
    {'measure': 'product_price', 'bad': price IS NULL},
    {'measure': 'product_description', 'bad': description IS NULL}])
  FROM products WHERE active AND item_type IS DISTINCT FROM 'Category'
  UNION ALL
  SELECT 'product', system, id, {'measure': 'product_account', 'bad': income_account IS NULL}
  FROM products WHERE active AND system = 'quickbooks' AND item_type IN ('Service', 'NonInventory', 'Inventory')
  UNION ALL
  SELECT 'invoice', system, id, unnest([
    {'measure': 'invoice_number', 'bad': number IS NULL},
    {'measure': 'invoice_due_date', 'bad': due_date IS NULL},
    {'measure': 'invoice_lines', 'bad': lines_hash IS NULL}])
  FROM invoices WHERE status IN ('open', 'paid')
  UNION ALL
  SELECT 'invoice', system, id, unnest([
    {'measure': 'invoice_contact', 'bad': len(contact_ids) = 0},
    {'measure': 'invoice_company', 'bad': len(company_ids) = 0}])
  FROM invoices WHERE system = 'hubspot' AND status IN ('open', 'paid')
  UNION ALL
  SELECT 'payment', p.system, p.id, unnest([
    {'measure': 'payment_reference', 'bad': p.reference IS NULL},
    {'measure': 'payment_method', 'bad': p.method IS NULL},
    {'measure': 'payment_invoice', 'bad': a.payment_id IS NULL}])
  FROM payments AS p
  LEFT JOIN (SELECT DISTINCT system, payment_id FROM payment_applications) AS a ON a.system = p.system AND a.payment_id = p.id
  WHERE p.active AND p.kind = 'payment' AND p.amount > 0
)
SELECT entity, system, t.measure AS measure, NULL AS field, count(*) AS checked, count(*) FILTER (WHERE t.bad) AS failed, min(id, 10) FILTER (WHERE t.bad) AS samples
FROM facts GROUP BY entity, system, t.measure ORDER BY entity, system, t.measure
