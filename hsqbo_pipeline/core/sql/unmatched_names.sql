-- Names of the candidates' HubSpot lines, any of which may need an item.
SELECT DISTINCT l.name FROM invoice_lines AS l
JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = l.invoice_id
WHERE l.system = 'hubspot' AND l.name IS NOT NULL
ORDER BY l.name
