-- Our marks stand in HubSpot or in QuickBooks' documents, but no link, tombstone or unsettled write is remembered.
SELECT 1 FROM (
  SELECT mark FROM customers WHERE system = 'hubspot' AND starts_with(mark, $realm || ':')
  UNION ALL SELECT mark FROM products WHERE system = 'hubspot' AND starts_with(mark, $realm || ':')
  UNION ALL SELECT mark FROM invoices WHERE system = 'hubspot' AND starts_with(mark, $realm || ':')
  UNION ALL SELECT (payload ->> '$.properties.qbo_id') FROM mirror
    WHERE system = 'hubspot' AND object IN ('contacts', 'companies', 'products', 'invoices') AND gone IS NULL
      AND starts_with((payload ->> '$.properties.qbo_id'), $realm || ':')
)
WHERE NOT EXISTS (SELECT 1 FROM links) AND NOT EXISTS (SELECT 1 FROM tombstones) AND NOT EXISTS (SELECT 1 FROM journal)
LIMIT 1
