-- Invoices that count (no drafts, nothing voided) per currency and side: with a partner, and without one.
WITH paired AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM links WHERE entity = 'invoice'
  UNION ALL SELECT 'quickbooks', quickbooks_id FROM links WHERE entity = 'invoice'
)
SELECT coalesce(i.currency, '') AS currency, i.system,
  count(*) FILTER (p.id IS NOT NULL)::INTEGER AS paired, coalesce(sum(i.total) FILTER (p.id IS NOT NULL), 0)::DECIMAL(18,2) AS paired_total,
  count(*) FILTER (p.id IS NULL)::INTEGER AS alone, coalesce(sum(i.total) FILTER (p.id IS NULL), 0)::DECIMAL(18,2) AS alone_total,
  coalesce(sum(i.balance), 0)::DECIMAL(18,2) AS balance
FROM invoices AS i LEFT JOIN paired AS p ON p.system = i.system AND p.id = i.id
WHERE i.status IN ('open', 'paid')
GROUP BY coalesce(i.currency, ''), i.system ORDER BY 1, 2
