INSERT INTO links BY NAME
SELECT 'customer' AS entity, 'h' || n AS hubspot_id, 'q' || n AS quickbooks_id, 'primary' AS role, 'contacts' AS hubspot_object,
       'Customer' AS quickbooks_object, 'quickbooks' AS owner, 'email' AS matched_by, 'run0' AS since_run, now() AS since_at, '24' AS portal,
       '9341450000000001' AS realm, 'sandbox' AS environment
FROM range($people) AS people (n)
