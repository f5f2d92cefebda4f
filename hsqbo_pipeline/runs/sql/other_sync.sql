-- HubSpot invoices that another sync has made since our start and that are none of our mirrors.
SELECT id FROM mirror
WHERE system = 'hubspot' AND object = 'invoices' AND gone IS NULL AND created_at > $start
  AND lower(coalesce((payload ->> '$.properties.hs_invoice_source'), '')) IN ('data_sync', 'data sync')
  AND (payload ->> '$.properties.qbo_id') IS NULL
  AND NOT EXISTS (SELECT 1 FROM links WHERE links.entity = 'invoice' AND links.hubspot_id = mirror.id)
LIMIT 1
