-- What should belong to one record only, and does to several. A job may share its family's address.
WITH facts AS (
  SELECT 'customer' AS entity, c.system, c.id, 'customer_email_shared' AS measure, k.key AS key
  FROM customers AS c, unnest(c.email_keys) AS k(key) WHERE c.active AND c.parent_id IS NULL
  UNION ALL
  SELECT 'customer', system, id, 'customer_name_shared', name_key FROM customers WHERE name_key IS NOT NULL AND active
  UNION ALL
  SELECT 'product', system, id, 'product_sku_shared', sku_key FROM products WHERE sku_key IS NOT NULL AND active
  UNION ALL
  SELECT 'product', system, id, 'product_sku_alike', regexp_replace(sku_key, '[\s\-_./]+', '', 'g') FROM products WHERE sku_key IS NOT NULL AND active
  UNION ALL
  SELECT 'product', system, id, 'product_name_shared', name_key FROM products WHERE name_key IS NOT NULL AND active
  UNION ALL
  SELECT 'invoice', system, id, 'invoice_number_shared', number_key FROM invoices WHERE number_key IS NOT NULL AND status <> 'draft'
  UNION ALL
  SELECT 'payment', system, id, 'payment_twice', concat_ws(chr(31), coalesce(customer_id, contact_ids::VARCHAR), currency, amount, paid_on, reference)
  FROM payments WHERE active AND kind = 'payment' AND amount > 0 AND reference IS NOT NULL AND mark IS NULL
),
keyed AS (
  SELECT entity, system, measure, key, count(DISTINCT id) AS holders FROM facts GROUP BY entity, system, measure, key
),
records AS (
  SELECT f.entity, f.system, f.measure, f.id, bool_or(k.holders > 1) AS bad
  FROM facts AS f JOIN keyed AS k ON k.entity = f.entity AND k.system = f.system AND k.measure = f.measure AND k.key = f.key
  GROUP BY f.entity, f.system, f.measure, f.id
)
SELECT entity, system, measure, NULL AS field, count(*) AS checked, count(*) FILTER (WHERE bad) AS failed, min(id, 10) FILTER (WHERE bad) AS samples
FROM records GROUP BY entity, system, measure
UNION ALL
-- One billing contact per company keeps display names apart (A75): companies whose invoices or payments name several.
SELECT 'customer', 'hubspot', 'company_contacts', NULL, count(*), count(*) FILTER (WHERE contacts > 1), min(company_id, 10) FILTER (WHERE contacts > 1)
FROM (
  SELECT c.company_id, count(DISTINCT c.id) AS contacts
  FROM (
    SELECT unnest(contact_ids) AS id FROM invoices WHERE system = 'hubspot'
    UNION ALL
    SELECT unnest(contact_ids) FROM payments WHERE system = 'hubspot'
  ) AS named
  JOIN customers AS c ON c.system = 'hubspot' AND c.object = 'contacts' AND c.id = named.id
  WHERE c.company_id IS NOT NULL
  GROUP BY c.company_id
)
ORDER BY entity, system, measure
