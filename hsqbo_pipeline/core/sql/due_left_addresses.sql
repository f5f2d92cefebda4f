-- Jobs that shared an e-mail address with a customer who gives it up: it may be their own now, though nobody touched them (N11, N17).
INSERT INTO due (entity, system, id, reason, since_run)
WITH given_up AS (
  SELECT c.id, unnest(c.email_keys) AS key, s.email_keys AS now, coalesce(s.active, false) AS active
  FROM customers AS c
  JOIN work AS w ON w.system = c.system AND w.object = c.object AND w.id = c.id
  LEFT JOIN staged AS s ON s.system = c.system AND s.id = c.id
  WHERE c.system = 'quickbooks'
),
jobs AS (
  SELECT id, unnest(email_keys) AS key FROM customers WHERE system = 'quickbooks' AND parent_id IS NOT NULL
)
SELECT DISTINCT 'customer', 'quickbooks', jobs.id, 'address', $run_id
FROM jobs JOIN given_up AS g ON g.key = jobs.key AND g.id <> jobs.id
WHERE NOT g.active OR NOT list_contains(coalesce(g.now, []), g.key)
ON CONFLICT DO NOTHING
