INSERT INTO mirror BY NAME
SELECT system, object, id, version, created_at, modified_at, 'run0' AS seen_run,
       CASE system WHEN 'hubspot' THEN json_object('id', id, 'properties', json_object('email', email, 'firstname', first_name, 'lastname', last_name))
       ELSE json_object('Id', id, 'SyncToken', '1', 'DisplayName', display_name, 'GivenName', first_name, 'FamilyName', last_name,
                        'PrimaryEmailAddr', json_object('Address', email)) END AS payload
FROM customers
