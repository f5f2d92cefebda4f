INSERT INTO baselines BY NAME
SELECT 'customer' AS entity, 'h' || n AS hubspot_id, 'q' || n AS quickbooks_id, 'run0' AS run_id,
       json_object('email', 'person' || n || '@example.com', 'first_name', 'Given ' || n, 'last_name', 'Family ' || n) AS hubspot_fields,
       json_object('email', 'person' || n || '@example.com', 'first_name', 'Given ' || n, 'last_name', 'Family ' || n) AS quickbooks_fields
FROM range($people) AS people (n)
