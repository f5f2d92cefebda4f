-- Taxes, discounts and fees on the candidates' HubSpot invoices: their ids, so that they can be changed in place.
SELECT a.from_id AS invoice_id, m.object, m.id, m.payload ->> '$.properties.hs_type' AS type,
  TRY_CAST(m.payload ->> '$.properties.hs_value' AS DECIMAL(28, 10)) AS value, m.version
FROM associations AS a
JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = a.from_id
JOIN mirror AS m ON m.system = 'hubspot' AND m.object = a.to_object AND m.id = a.to_id AND m.gone IS NULL
WHERE a.from_object = 'invoices' AND a.to_object IN ('taxes', 'discounts', 'fees')
ORDER BY a.from_id, m.object, length(m.id), m.id
