-- The books against themselves, customer by customer: open invoices, less what was paid without being applied, less open credits, is the
-- balance that QuickBooks works out itself (H29). A job's documents count for the job.
INSERT INTO tie_out (run_id, quickbooks_id, label, currency, open_invoices, unapplied, credits, balance, difference)
WITH owed AS (
  SELECT customer_id AS id, sum(balance) AS amount FROM invoices WHERE system = 'quickbooks' AND status <> 'voided' GROUP BY customer_id
),
left_over AS (
  SELECT customer_id AS id, sum(unapplied) FILTER (WHERE kind = 'payment') AS unapplied, sum(unapplied) FILTER (WHERE kind = 'credit_memo') AS credits
  FROM payments WHERE system = 'quickbooks' AND active GROUP BY customer_id
),
figures AS (
  SELECT c.id, c.display_name, c.currency, coalesce(o.amount, 0)::DECIMAL(18, 2) AS open_invoices, coalesce(l.unapplied, 0)::DECIMAL(18, 2) AS unapplied,
    coalesce(l.credits, 0)::DECIMAL(18, 2) AS credits, coalesce(c.balance, 0) AS balance
  FROM customers AS c LEFT JOIN owed AS o ON o.id = c.id LEFT JOIN left_over AS l ON l.id = c.id
  WHERE c.system = 'quickbooks'
)
SELECT $run_id, id, display_name, currency, open_invoices, unapplied, credits, balance, open_invoices - unapplied - credits - balance
FROM figures
WHERE open_invoices <> 0 OR unapplied <> 0 OR credits <> 0 OR balance <> 0
