-- Fields of rebuilt customers and products that are not the same on both sides, and on how many pairs.
WITH fields AS (
  SELECT entity, unnest(json_keys(hubspot_fields)) AS field, hubspot_fields, quickbooks_fields FROM baselines WHERE entity IN ('customer', 'product')
)
SELECT entity, field, count(*)::INTEGER AS records FROM fields
WHERE field NOT IN ('display_name', 'currency', 'item_type', 'income_account')
  AND (hubspot_fields ->> field) IS DISTINCT FROM (quickbooks_fields ->> field)
GROUP BY entity, field ORDER BY entity, field
