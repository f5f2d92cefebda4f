-- HubSpot's companies of these names, whatever their case.
SELECT id, (payload ->> '$.properties.name') AS name FROM mirror
WHERE system = 'hubspot' AND object = 'companies' AND gone IS NULL AND lower(trim(payload ->> '$.properties.name')) IN (SELECT unnest($names::VARCHAR[]))
ORDER BY length(id), id
