-- How much of each payment sits on which invoice, and what it was: money, or a credit that the payment only carries.
--
-- QuickBooks puts invoices and credits on one payment without saying which credit pays which invoice. The rule here: credit memos
-- are used up first, in the order of the invoice lines; then, of what neither they nor the payment's own money (total less
-- unapplied) explains, journal entries, then anything else; the rest of each line is money. Every cent of a line goes to exactly
-- one of them. HubSpot holds no split: the whole amount counts on each invoice.
CREATE OR REPLACE TEMP TABLE staged_applications AS
WITH carried AS (
  SELECT r.id AS payment_id, coalesce(money_of(r.amount_raw), 0) AS total, money_of(r.unapplied_raw) AS unapplied,
    coalesce(sum(l.amount) FILTER (WHERE l.txn_type = 'Invoice'), 0) AS invoices, coalesce(sum(l.amount) FILTER (WHERE l.txn_type = 'CreditMemo'), 0) AS credits,
    coalesce(sum(l.amount) FILTER (WHERE l.txn_type = 'JournalEntry'), 0) AS journals,
    coalesce(sum(l.amount) FILTER (WHERE l.txn_type NOT IN ('Invoice', 'CreditMemo', 'JournalEntry')), 0) AS others
  FROM read_quickbooks AS r JOIN payment_lines AS l ON l.payment_id = r.id
  WHERE r.kind = 'payment'
  GROUP BY r.id, r.amount_raw, r.unapplied_raw
),
credited AS (
  SELECT *, least(credits, invoices) AS credit,
    greatest(invoices - least(credits, invoices) - (total - coalesce(unapplied, greatest(total + credits - invoices, 0))), 0) AS shortage
  FROM carried
),
layers AS (
  SELECT payment_id, credit, least(journals, shortage) AS journal, least(others, shortage - least(journals, shortage)) AS other FROM credited
),
stretches AS (
  SELECT payment_id, txn_id AS invoice_id, amount,
    sum(amount) OVER (PARTITION BY payment_id ORDER BY place) - amount AS begins, sum(amount) OVER (PARTITION BY payment_id ORDER BY place) AS ends
  FROM payment_lines WHERE txn_type = 'Invoice' AND txn_id IS NOT NULL AND amount IS NOT NULL
),
split AS (
  SELECT s.payment_id, s.invoice_id, s.amount,
    greatest(least(s.ends, l.credit) - s.begins, 0) AS credit,
    greatest(least(s.ends, l.credit + l.journal) - greatest(s.begins, l.credit), 0) AS journal,
    greatest(least(s.ends, l.credit + l.journal + l.other) - greatest(s.begins, l.credit + l.journal), 0) AS other
  FROM stretches AS s JOIN layers AS l ON l.payment_id = s.payment_id
),
named AS (
  SELECT payment_id, invoice_id, credit AS amount, 'credit' AS attribution FROM split
  UNION ALL SELECT payment_id, invoice_id, journal, 'journal' FROM split
  UNION ALL SELECT payment_id, invoice_id, other, 'other' FROM split
  UNION ALL SELECT payment_id, invoice_id, amount - credit - journal - other, 'cash' FROM split
)
SELECT 'quickbooks' AS system, payment_id, invoice_id, sum(amount)::DECIMAL(18, 2) AS amount, attribution
FROM named GROUP BY payment_id, invoice_id, attribution HAVING sum(amount) <> 0
UNION ALL
SELECT DISTINCT 'hubspot', r.id, a.to_id, money_of(r.amount_raw), 'cash'
FROM read_hubspot AS r
JOIN associations AS a ON a.from_object = 'commerce_payments' AND a.from_id = r.id AND a.to_object = 'invoices'
WHERE money_of(r.amount_raw) IS NOT NULL
