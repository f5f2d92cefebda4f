-- The item that lines without one go to, once it was made; an item that is not active any more can't be used.
SELECT l.quickbooks_id
FROM links AS l JOIN products AS p ON p.system = 'quickbooks' AND p.id = l.quickbooks_id AND p.active
WHERE l.entity = 'product' AND l.hubspot_id = $id
