-- People or firms that stand twice on one side: the same e-mail address, or the same name where no address tells them apart.
-- A job that shares its customer's address is no second customer (N11).
WITH live AS (SELECT * FROM customers WHERE active AND alias_of IS NULL AND parent_id IS NULL),
by_email AS (
  SELECT system, 'the same e-mail address' AS what, unnest(list_distinct(email_keys)) AS key, id, coalesce(display_name, trim(concat_ws(' ', first_name, last_name)), email) AS label FROM live
),
by_name AS (
  SELECT system, 'the same name' AS what, lower(trim(coalesce(nullif(display_name, ''), concat_ws(' ', first_name, last_name)))) AS key, id,
    coalesce(nullif(display_name, ''), concat_ws(' ', first_name, last_name)) AS label
  FROM live WHERE len(email_keys) = 0
)
SELECT system, what, key, list(id ORDER BY id) AS ids, list(label ORDER BY id) AS labels, count(*)::INTEGER AS records
FROM (SELECT * FROM by_email UNION ALL SELECT * FROM by_name)
WHERE key <> '' GROUP BY system, what, key HAVING count(*) > 1 ORDER BY system, what, key
