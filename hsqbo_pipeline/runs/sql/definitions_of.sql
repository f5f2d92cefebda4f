-- What HubSpot says of an object's properties.
SELECT payload FROM mirror
WHERE system = 'hubspot' AND object = 'property_definitions' AND gone IS NULL AND payload ->> 'object' = $object
ORDER BY id
