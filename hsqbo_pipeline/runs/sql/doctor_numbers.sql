-- Numbers that several documents of the books carry, across invoices, credit memos and receipts.
WITH documents AS (
  SELECT lower(trim(number)) AS key, 'invoice ' || id AS label FROM invoices WHERE system = 'quickbooks' AND number IS NOT NULL
  UNION ALL
  SELECT lower(trim(number)), replace(kind, '_', ' ') || ' ' || id FROM payments
  WHERE system = 'quickbooks' AND number IS NOT NULL AND kind IN ('credit_memo', 'sales_receipt', 'refund_receipt')
),
doubled AS (
  SELECT key, key || ' (' || string_agg(label, ' and ' ORDER BY label) || ')' AS label FROM documents GROUP BY key HAVING count(*) > 1
)
SELECT 'quickbooks' AS system, count(*) AS records, min(label, 3) AS examples FROM doubled
