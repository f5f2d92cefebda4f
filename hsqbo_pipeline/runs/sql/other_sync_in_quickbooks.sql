-- Invoices booked in QuickBooks since our first look that carry the number, customer, currency and total of an invoice made in HubSpot
-- and that we did not write: somebody else sends HubSpot's invoices too. A number alone proves nothing (N4); a pair that was adopted,
-- linked by hand or found by its number is settled.
WITH sold AS (
  SELECT id, lower(trim(payload ->> '$.properties.hs_number')) AS number, payload ->> '$.properties.hs_currency' AS currency,
    try_cast(payload ->> '$.properties.hs_amount_billed' AS DECIMAL(18,2)) AS total
  FROM mirror
  WHERE system = 'hubspot' AND object = 'invoices' AND gone IS NULL AND lower(coalesce(payload ->> '$.properties.hs_invoice_source', '')) = 'hubspot'
    AND lower(coalesce(payload ->> '$.properties.hs_invoice_billable', 'true')) <> 'false'
),
booked AS (
  SELECT id, lower(trim(payload ->> '$.DocNumber')) AS number, payload ->> '$.CurrencyRef.value' AS currency,
    try_cast(payload ->> '$.TotalAmt' AS DECIMAL(18,2)) AS total, payload ->> '$.CustomerRef.value' AS customer_id
  FROM mirror
  WHERE system = 'quickbooks' AND object = 'Invoice' AND gone IS NULL AND created_at > $since::TIMESTAMPTZ
    AND NOT contains(coalesce(payload ->> '$.PrivateNote', ''), '[hs ')
)
SELECT b.id FROM booked AS b JOIN sold AS s ON s.number = b.number AND s.total = b.total AND coalesce(s.currency, b.currency) = coalesce(b.currency, s.currency)
WHERE NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'invoice' AND l.quickbooks_id = b.id)
  AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = 'invoice' AND t.id = CASE t.system WHEN 'hubspot' THEN s.id ELSE b.id END)
  AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.system = 'quickbooks' AND j.target_id = b.id AND j.object = 'Invoice')
  AND EXISTS (SELECT 1 FROM links AS c JOIN associations AS a ON a.from_object = 'invoices' AND a.from_id = s.id AND a.to_object = c.hubspot_object AND a.to_id = c.hubspot_id
    WHERE c.entity = 'customer' AND c.quickbooks_id = b.customer_id)
LIMIT 1
