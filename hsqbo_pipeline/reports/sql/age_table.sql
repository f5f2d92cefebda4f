-- Receivables by days past due. HubSpot's side is what HubSpot shows as owed: the books' balance where the sync has told it, else its own.
WITH owed AS (
  SELECT system, coalesce(currency, '') AS currency, date_diff('day', coalesce(due_date, invoice_date), $today::DATE) AS late,
    if(system = 'hubspot', coalesce(qbo_balance, balance), balance) AS balance
  FROM invoices WHERE active AND status = 'open'
)
SELECT currency, CASE WHEN late IS NULL OR late <= 0 THEN 0 WHEN late <= 30 THEN 1 WHEN late <= 60 THEN 2 WHEN late <= 90 THEN 3 ELSE 4 END AS bucket,
  count(*) FILTER (system = 'quickbooks')::INTEGER AS quickbooks_invoices, coalesce(sum(balance) FILTER (system = 'quickbooks'), 0) AS quickbooks,
  count(*) FILTER (system = 'hubspot')::INTEGER AS hubspot_invoices, coalesce(sum(balance) FILTER (system = 'hubspot'), 0) AS hubspot
FROM owed WHERE balance <> 0 GROUP BY ALL ORDER BY currency, bucket
