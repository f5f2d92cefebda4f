-- What can be read as what it should be, and what makes sense once read.
WITH known AS (
  SELECT 'customer' AS entity, system, id FROM customers UNION ALL SELECT 'product', system, id FROM products
  UNION ALL SELECT 'invoice', system, id FROM invoices UNION ALL SELECT 'payment', system, id FROM payments
  UNION ALL SELECT entity, system, id FROM rejects
),
sizes AS (
  SELECT entity, system, count(*) AS checked FROM known GROUP BY entity, system
),
refused AS (
  SELECT r.entity, r.system, 'refused' AS measure, coalesce(regexp_replace(r.field, '^line \d+ ', 'line '), 'record') AS field,
    any_value(s.checked) AS checked, count(*) AS failed, min(r.id, 10) AS samples
  FROM rejects AS r JOIN sizes AS s ON s.entity = r.entity AND s.system = r.system
  GROUP BY r.entity, r.system, regexp_replace(r.field, '^line \d+ ', 'line ')
),
facts AS (
  SELECT 'product' AS entity, system, id, {'measure': 'product_price_negative', 'bad': price < 0} AS t FROM products WHERE active AND price IS NOT NULL
  UNION ALL
  SELECT 'invoice', system, id, unnest([
    {'measure': 'invoice_due_before', 'bad': due_date < invoice_date},
    {'measure': 'invoice_sum', 'bad': status <> 'voided' AND
      coalesce(subtotal, 0) + coalesce(shipping, 0) - coalesce(discount, 0) + if(tax_mode = 'TaxInclusive', 0, coalesce(tax, 0)) <> total}])
  FROM invoices WHERE status IN ('open', 'paid', 'voided') AND total IS NOT NULL
)
SELECT entity, system, measure, field, checked, failed, samples FROM refused
UNION ALL
SELECT s.entity, s.system, 'readable', 'record', s.checked, count(r.id), min(r.id, 10)
FROM sizes AS s LEFT JOIN rejects AS r ON r.entity = s.entity AND r.system = s.system GROUP BY s.entity, s.system, s.checked
UNION ALL
SELECT entity, system, t.measure, NULL, count(*), count(*) FILTER (WHERE t.bad), min(id, 10) FILTER (WHERE t.bad) FROM facts GROUP BY entity, system, t.measure
ORDER BY entity, system, measure, field
