INSERT INTO due BY NAME
SELECT 'customer' AS entity, 'quickbooks' AS system, 'q' || n AS id, 'changed' AS reason, 'run1' AS since_run
FROM range($people) AS people (n) WHERE n % $changed = 0
