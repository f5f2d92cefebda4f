-- HubSpot partners of what changed in QuickBooks, by HubSpot object: those that this run has not read themselves.
SELECT DISTINCT links.hubspot_object AS object, links.hubspot_id AS id
FROM links
JOIN touched ON touched.system = 'quickbooks' AND touched.object = links.quickbooks_object AND touched.id = links.quickbooks_id
JOIN mirror ON mirror.system = 'hubspot' AND mirror.object = links.hubspot_object AND mirror.id = links.hubspot_id AND mirror.gone IS NULL
WHERE touched.run_id = $run_id
  AND NOT EXISTS (
    FROM touched AS own
    WHERE own.run_id = $run_id AND own.system = 'hubspot' AND own.object = links.hubspot_object AND own.id = links.hubspot_id)
ORDER BY ALL
