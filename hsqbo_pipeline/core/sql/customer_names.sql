-- Who holds one of these names: customers, vendors and employees share one name space in QuickBooks (A73), inactive ones included.
SELECT name_key, id, 'Customer' AS type, display_name AS name FROM customers WHERE system = 'quickbooks' AND name_key IN (SELECT unnest($names))
UNION ALL
SELECT lower(trim(payload ->> 'DisplayName')), id, object, (payload ->> '$.DisplayName') FROM mirror
WHERE system = 'quickbooks' AND object IN ('Vendor', 'Employee') AND gone IS NULL AND lower(trim(payload ->> 'DisplayName')) IN (SELECT unnest($names))
