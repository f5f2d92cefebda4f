SELECT DISTINCT unnest(email_keys) AS key, id FROM customers WHERE system = 'hubspot' ORDER BY length(id) DESC, id DESC
