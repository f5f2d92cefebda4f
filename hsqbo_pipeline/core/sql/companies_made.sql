-- Companies that we made for these names and that are still there, whatever they are called now.
SELECT l.quickbooks_id AS key, l.hubspot_id AS id
FROM links AS l JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'companies' AND m.id = l.hubspot_id AND m.gone IS NULL
WHERE l.entity = 'customer' AND l.role = 'company' AND l.quickbooks_id IN (SELECT unnest($keys::VARCHAR[]))
