-- Addresses that several active customers of one side use. A job may share its family's, and linked pairs have been told apart.
WITH holders AS (
  SELECT c.system, k.key, count(DISTINCT c.id) AS holders, min(c.id) AS first
  FROM customers AS c, unnest(c.email_keys) AS k(key)
  WHERE c.active AND c.parent_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'customer' AND c.id = CASE c.system WHEN 'hubspot' THEN l.hubspot_id ELSE l.quickbooks_id END)
  GROUP BY c.system, k.key HAVING count(DISTINCT c.id) > 1
)
SELECT system, sum(holders)::INTEGER AS records, min(key, 3) AS examples FROM holders GROUP BY system ORDER BY system
