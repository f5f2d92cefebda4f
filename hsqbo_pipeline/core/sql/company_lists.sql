-- Active entries of the company's small lists, for rules that name them.
SELECT object, id, coalesce(payload ->> 'FullyQualifiedName', payload ->> 'Name') AS name
FROM mirror
WHERE system = 'quickbooks' AND object IN ('Class', 'Department', 'TaxCode', 'PaymentMethod') AND gone IS NULL
  AND coalesce(payload ->> 'Active', 'true') = 'true'
ORDER BY object, id DESC
