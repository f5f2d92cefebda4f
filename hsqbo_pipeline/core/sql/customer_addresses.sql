-- The contacts of HubSpot that have one of these e-mail addresses, as their main or as a further one.
SELECT key, id FROM (SELECT unnest(email_keys) AS key, id FROM customers WHERE system = 'hubspot')
WHERE key IN (SELECT unnest($keys::VARCHAR[]))
ORDER BY length(id), id
