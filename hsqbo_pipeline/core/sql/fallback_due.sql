-- Items that invoice lines without one go to, where they have to be looked at.
SELECT l.hubspot_id, l.quickbooks_id, p.name
FROM links AS l
JOIN due ON due.entity = 'product' AND due.system = 'quickbooks' AND due.id = l.quickbooks_id
LEFT JOIN products AS p ON p.system = 'quickbooks' AND p.id = l.quickbooks_id
WHERE l.entity = 'product' AND starts_with(l.hubspot_id, $prefix)
ORDER BY l.hubspot_id
