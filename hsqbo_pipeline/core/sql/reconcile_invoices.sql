-- What each invoice (pair or single) amounts to on either side, by the month of its own day there. Voided documents and drafts count
-- for nothing. HubSpot's balance is the books' as HubSpot shows it, where it does: a credit can't be seen in its own.
CREATE OR REPLACE TEMP TABLE proof AS
WITH booked AS (
  SELECT l.hubspot_id, q.id AS quickbooks_id, strftime(q.invoice_date, '%Y-%m') AS month, q.currency, true AS in_books,
    q.total, coalesce(q.tax, 0) AS tax, q.balance
  FROM invoices AS q LEFT JOIN links AS l ON l.entity = 'invoice' AND l.quickbooks_id = q.id
  WHERE q.system = 'quickbooks' AND q.status <> 'voided'
),
shown AS (
  SELECT h.id AS hubspot_id, l.quickbooks_id, coalesce(strftime(h.invoice_date, '%Y-%m'), 'undated') AS month, h.currency, false AS in_books,
    h.total, coalesce(h.tax, 0) AS tax, coalesce(h.qbo_balance, h.balance) AS balance
  FROM invoices AS h LEFT JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = h.id
  WHERE h.system = 'hubspot' AND h.status IN ('open', 'paid')
),
sides AS (
  SELECT * FROM booked UNION ALL SELECT * FROM shown
),
measured AS (
  SELECT hubspot_id, quickbooks_id, month, currency, in_books,
    unnest([{'measure': 'count', 'value': 1.00::DECIMAL(18, 2)}, {'measure': 'total', 'value': coalesce(total, 0)},
            {'measure': 'tax', 'value': tax::DECIMAL(18, 2)}, {'measure': 'balance', 'value': coalesce(balance, 0)}]) AS each
  FROM sides WHERE month IS NOT NULL AND currency IS NOT NULL
)
SELECT 'invoice' AS entity, hubspot_id, quickbooks_id, month, currency, each.measure AS measure,
  coalesce(sum(each.value) FILTER (WHERE in_books), 0)::DECIMAL(18, 2) AS quickbooks,
  coalesce(sum(each.value) FILTER (WHERE NOT in_books), 0)::DECIMAL(18, 2) AS hubspot, 0::DECIMAL(18, 2) AS unapplied
FROM measured GROUP BY hubspot_id, quickbooks_id, month, currency, each.measure
