-- The company's accounts: what an id or a name in the rules may mean.
SELECT id, (payload ->> '$.Name') AS name, (payload ->> '$.AccountType') AS type, coalesce(payload ->> 'Active', 'true') = 'true' AS active
FROM mirror WHERE system = 'quickbooks' AND object = 'Account' AND gone IS NULL
ORDER BY id
