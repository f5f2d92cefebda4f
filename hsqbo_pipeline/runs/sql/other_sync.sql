-- What another sync has made in HubSpot since our start and that is none of ours: invoices say so in their source, contacts, companies
-- and products in their record source, whose detail names the app (HubSpot's data sync serves other systems than QuickBooks too).
WITH made AS (
  SELECT id, object, payload,
    CASE object WHEN 'invoices' THEN 'invoice' WHEN 'products' THEN 'product' ELSE 'customer' END AS entity,
    lower(coalesce(if(object = 'invoices', payload ->> '$.properties.hs_invoice_source', payload ->> '$.properties.hs_object_source'), '')) AS source,
    lower(coalesce(payload ->> '$.properties.hs_object_source_detail_1', '')) AS app
  FROM mirror
  WHERE system = 'hubspot' AND object IN ('invoices', 'contacts', 'companies', 'products') AND gone IS NULL AND created_at > $start
)
SELECT id FROM made
WHERE source IN ('data_sync', 'data sync', 'integrations_sync', 'integrations sync') AND (object = 'invoices' OR app = '' OR contains(app, 'quickbooks'))
  AND (payload ->> '$.properties.qbo_id') IS NULL
  AND NOT EXISTS (SELECT 1 FROM links WHERE links.entity = made.entity AND links.hubspot_id = made.id)
LIMIT 1
