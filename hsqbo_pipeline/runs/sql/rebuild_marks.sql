-- Every mark that either side carries, as the pair it names. HubSpot says `realm:id` (a payment's share of an invoice
-- `realm:payment:invoice`), a QuickBooks document `<object> <id>`. `role` is that of the link to be.
WITH said AS (
  SELECT object, id, payload ->> '$.properties.qbo_id' AS mark, payload ->> '$.properties.qbo_alias_of' AS alias_of FROM mirror
  WHERE system = 'hubspot' AND object IN ($customers, 'products', 'invoices', 'commerce_payments') AND gone IS NULL
),
named AS (
  SELECT object, id, substr(mark, length($realm) + 2) AS partner, if(object = 'commerce_payments', 'allocation', 'primary') AS role
  FROM said WHERE starts_with(mark, $realm || ':')
  UNION ALL
  SELECT object, id, substr(alias_of, length($realm) + 2), 'alias' FROM said WHERE starts_with(alias_of, $realm || ':')
),
noted AS (
  SELECT object, id, nullif(regexp_extract(payload ->> '$.PrivateNote', '\[hs ([^\[\]]+)\]\s*$', 1), '') AS mark FROM mirror
  WHERE system = 'quickbooks' AND object IN ('Invoice', 'Payment') AND gone IS NULL
),
marks AS (
  SELECT CASE object WHEN 'products' THEN 'product' WHEN 'invoices' THEN 'invoice' WHEN 'commerce_payments' THEN 'payment' ELSE 'customer' END AS entity,
    id AS hubspot_id, partner AS quickbooks_id, role, 'hubspot' AS carrier
  FROM named
  UNION ALL
  SELECT CASE object WHEN 'Invoice' THEN 'invoice' ELSE 'payment' END, split_part(mark, ' ', 2), id, 'primary', 'quickbooks'
  FROM noted WHERE split_part(mark, ' ', 1) = CASE object WHEN 'Invoice' THEN 'invoice' ELSE 'commerce_payment' END
),
objects AS (
  FROM (VALUES ('customer', $customers, 'Customer'), ('product', 'products', 'Item'), ('invoice', 'invoices', 'Invoice'),
               ('payment', 'commerce_payments', 'Payment')) AS t(entity, hubspot_object, quickbooks_object)
),
pairs_said AS (
  SELECT m.entity, m.hubspot_id, m.quickbooks_id, max(m.role) AS role, list(DISTINCT m.carrier ORDER BY m.carrier) AS carriers
  FROM marks AS m GROUP BY m.entity, m.hubspot_id, m.quickbooks_id
)
SELECT p.*, o.hubspot_object, o.quickbooks_object,
  h.id IS NOT NULL AS hubspot_there, q.id IS NOT NULL AS quickbooks_there,
  h.payload ->> '$.properties.hs_invoice_source' AS source, lower(h.payload ->> '$.properties.hs_invoice_billable') IS DISTINCT FROM 'false' AS billable,
  coalesce(h.payload ->> '$.properties.hs_number', h.payload ->> '$.properties.name', h.payload ->> '$.properties.email',
    q.payload ->> '$.DisplayName', q.payload ->> '$.Name', q.payload ->> '$.DocNumber', p.hubspot_id) AS label
FROM pairs_said AS p JOIN objects AS o ON o.entity = p.entity
LEFT JOIN mirror AS h ON h.system = 'hubspot' AND h.object = o.hubspot_object AND h.id = p.hubspot_id AND h.gone IS NULL
LEFT JOIN mirror AS q ON q.system = 'quickbooks' AND q.object = o.quickbooks_object AND q.id = split_part(p.quickbooks_id, ':', 1) AND q.gone IS NULL
ORDER BY p.entity, p.role DESC, p.hubspot_id, p.quickbooks_id
