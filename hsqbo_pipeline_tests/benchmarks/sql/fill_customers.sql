-- n people on each side under the same e-mail; every `changed`-th was renamed in QuickBooks.
INSERT INTO customers BY NAME
SELECT system, system[1] || n AS id, CASE system WHEN 'hubspot' THEN 'contacts' ELSE 'Customer' END AS object, '1' AS version,
       TIMESTAMPTZ '2026-01-01 00:00:00+00' AS created_at, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS modified_at, true AS active,
       'person' || n || '@example.com' AS email, ['person' || n || '@example.com'] AS email_keys,
       CASE WHEN system = 'quickbooks' AND n % $changed = 0 THEN 'Renamed ' ELSE 'Given ' END || n AS first_name, 'Family ' || n AS last_name,
       CASE system WHEN 'quickbooks' THEN 'Person ' || n END AS display_name, CASE system WHEN 'quickbooks' THEN 'person ' || n END AS name_key,
       CASE system WHEN 'hubspot' THEN '9341450000000001:q' || n END AS mark, 'USD' AS currency, md5(system || n) AS fields_hash
FROM range($people) AS people (n), (VALUES ('hubspot'), ('quickbooks')) AS systems (system)
