-- Our own properties as the portal has them: (object, name, unique).
SELECT payload->>'object' AS object, payload->>'name' AS name, coalesce((payload->>'hasUniqueValue')::BOOLEAN, false) AS is_unique
FROM mirror
WHERE system = 'hubspot' AND object = 'property_definitions' AND gone IS NULL AND payload->>'name' IN (SELECT unnest($names::VARCHAR[]))
