-- Documents that look like one sale told twice on one side. A number alone may be two sales; it is told, with both customers.
WITH live AS (
  SELECT *, coalesce(customer_id, list_aggregate(list_sort(list_concat(coalesce(contact_ids, []), coalesce(company_ids, []))), 'string_agg', ',')) AS payer,
    lower(trim(number)) AS key
  FROM invoices WHERE status IN ('open', 'paid')
),
told AS (
  SELECT system, 'copies of one QuickBooks invoice' AS what, 1 AS rank, external_id AS key, id, number, invoice_date, total, currency, source FROM live
  WHERE system = 'hubspot' AND external_id IS NOT NULL
  UNION ALL
  SELECT system, 'the same number, customer and amount', 2, concat_ws('|', key, payer, currency, total), id, number, invoice_date, total, currency, source FROM live
  WHERE key <> '' AND payer <> ''
  UNION ALL
  SELECT system, 'the same customer, day and amount under different numbers', 3, concat_ws('|', payer, invoice_date, currency, total), id, number, invoice_date, total, currency, source FROM live
  WHERE payer <> '' AND total <> 0
  UNION ALL
  SELECT system, 'the same number for different sales', 4, key, id, number, invoice_date, total, currency, source FROM live WHERE key <> ''
),
grouped AS (
  SELECT system, what, rank, key, list(id ORDER BY id) AS ids, list(coalesce(number, id) ORDER BY id) AS labels, count(*)::INTEGER AS records,
    min(invoice_date) AS day, max(total) AS amount, any_value(currency) AS currency,
    bool_or(lower(coalesce(source, '')) IN ('data_sync', 'data sync', 'quickbooks')) AS by_other_sync
  FROM told GROUP BY system, what, rank, key HAVING count(*) > 1
)
-- The same documents are told once, by the strongest reason.
SELECT * EXCLUDE (rank, key) FROM grouped
QUALIFY row_number() OVER (PARTITION BY system, ids ORDER BY rank) = 1
ORDER BY system, rank, labels
