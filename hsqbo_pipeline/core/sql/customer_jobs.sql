-- Jobs whose e-mail address is theirs alone: they are customers like any other. All other jobs bill to their family's contact.
WITH addresses AS (
  SELECT id, parent_id, unnest(email_keys) AS key FROM customers WHERE system = 'quickbooks' AND active
),
holders AS (
  SELECT key, count(DISTINCT id) AS held_by FROM addresses GROUP BY key
)
SELECT DISTINCT addresses.id FROM addresses JOIN holders USING (key)
WHERE holders.held_by = 1 AND addresses.parent_id IS NOT NULL AND addresses.id IN (SELECT unnest($ids))
