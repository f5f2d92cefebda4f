-- Who in QuickBooks has the number of an invoice that may be sent there: any sales document, a voided one too (N4).
WITH wanted AS (
  SELECT DISTINCT h.id AS wanted_by, lower(trim(h.number)) AS key
  FROM pairs AS p JOIN invoices AS h ON h.system = 'hubspot' AND h.id = p.hubspot_id
  WHERE p.entity = 'invoice' AND h.number IS NOT NULL AND p.quickbooks_id IS NULL
),
documents AS (
  SELECT 'invoice' AS kind, id, lower(trim(number)) AS key FROM invoices WHERE system = 'quickbooks' AND number IS NOT NULL
  UNION ALL
  SELECT kind, id, lower(trim(number)) FROM payments
  WHERE system = 'quickbooks' AND number IS NOT NULL AND kind IN ('credit_memo', 'sales_receipt', 'refund_receipt')
)
SELECT wanted.wanted_by, documents.kind, documents.id
FROM wanted JOIN documents USING (key)
QUALIFY row_number() OVER (PARTITION BY wanted.wanted_by ORDER BY documents.kind, length(documents.id), documents.id) = 1
