SELECT payload ->> 'object' AS object FROM mirror
WHERE system = 'hubspot' AND object = 'property_definitions' AND gone IS NULL AND payload ->> 'name' = 'qbo_id'
  AND payload ->> 'hasUniqueValue' = 'true'
ORDER BY ALL
