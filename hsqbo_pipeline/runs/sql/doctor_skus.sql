-- SKUs that several active products of one side carry.
WITH doubled AS (
  SELECT system, sku_key, count(*) AS holders FROM products WHERE active AND sku_key IS NOT NULL GROUP BY system, sku_key HAVING count(*) > 1
)
SELECT system, sum(holders)::INTEGER AS records, min(sku_key, 3) AS examples FROM doubled GROUP BY system ORDER BY system
