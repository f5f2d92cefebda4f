-- How large the business is: links per entity, and what QuickBooks invoiced in the last 90 days, per currency.
SELECT 'links' AS measure, entity AS name, count(*)::DECIMAL(18,2) AS value FROM links WHERE role = 'primary' GROUP BY entity
UNION ALL
SELECT 'invoicing', coalesce(currency, ''), sum(total)::DECIMAL(18,2) FROM invoices
WHERE system = 'quickbooks' AND invoice_date > $since AND total IS NOT NULL GROUP BY currency
UNION ALL
SELECT 'quickbooks_runs', '', count(DISTINCT run_id)::DECIMAL(18,2) FROM operations WHERE status = 'done' AND system = 'quickbooks'
