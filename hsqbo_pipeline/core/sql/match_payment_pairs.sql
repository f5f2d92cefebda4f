-- One row per payment to look at. A HubSpot payment that was posted goes with its QuickBooks payment; a QuickBooks payment speaks for
-- all of its copies in HubSpot.
INSERT INTO pairs (entity, hubspot_id, quickbooks_id, kind, matched_by)
WITH posted AS (
  SELECT hubspot_id, quickbooks_id, 'linked' AS kind, matched_by FROM links WHERE entity = 'payment' AND NOT contains(quickbooks_id, ':')
  UNION ALL
  SELECT substr(q.mark, length('commerce_payment ') + 1), q.id, 'matched', 'mark' FROM payments AS q
  JOIN payments AS h ON h.system = 'hubspot' AND h.id = substr(q.mark, length('commerce_payment ') + 1)
  WHERE q.system = 'quickbooks' AND starts_with(q.mark, 'commerce_payment ')
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.quickbooks_id = q.id)
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.hubspot_id = h.id)
    AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = 'payment' AND t.system = 'quickbooks' AND t.id = q.id)
)
SELECT DISTINCT 'payment', CASE WHEN c.system = 'hubspot' THEN c.id ELSE p.hubspot_id END,
  CASE WHEN c.system = 'quickbooks' THEN c.id ELSE p2.quickbooks_id END,
  coalesce(p.kind, p2.kind, 'single'), coalesce(p.matched_by, p2.matched_by)
FROM payment_candidates AS c
LEFT JOIN posted AS p ON c.system = 'quickbooks' AND p.quickbooks_id = c.id
LEFT JOIN posted AS p2 ON c.system = 'hubspot' AND p2.hubspot_id = c.id
