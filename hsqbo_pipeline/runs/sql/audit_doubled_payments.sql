-- Payments of one customer, of the same amount, within three days (N9), that cannot both be explained: they share an invoice, or
-- one of them pays none. Two cheques that pay two invoices are two payments.
WITH applied AS (
  SELECT system, payment_id, list(DISTINCT invoice_id ORDER BY invoice_id) AS invoices FROM payment_applications GROUP BY system, payment_id
),
live AS (
  SELECT p.*, coalesce(p.customer_id, list_aggregate(list_sort(coalesce(p.contact_ids, [])), 'string_agg', ',')) AS payer, coalesce(a.invoices, []) AS invoices
  FROM payments AS p LEFT JOIN applied AS a ON a.system = p.system AND a.payment_id = p.id
  WHERE p.active AND p.kind = 'payment' AND p.amount > 0
)
SELECT a.system, 'the same customer and amount within three days' AS what, [a.id, b.id] AS ids, [coalesce(a.number, a.reference, a.id), coalesce(b.number, b.reference, b.id)] AS labels,
  2 AS records, a.paid_on AS day, a.amount, a.currency
FROM live AS a JOIN live AS b ON b.system = a.system AND b.payer = a.payer AND b.currency = a.currency AND b.amount = a.amount AND a.id < b.id
  AND abs(date_diff('day', a.paid_on, b.paid_on)) <= 3
WHERE (list_has_any(a.invoices, b.invoices) OR len(a.invoices) = 0 OR len(b.invoices) = 0)
ORDER BY a.system, a.paid_on, a.id, b.id
