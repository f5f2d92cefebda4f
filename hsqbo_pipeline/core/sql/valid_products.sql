-- Products of both sides, typed, with the first reason to refuse each. Prices keep up to ten decimals.
CREATE OR REPLACE TEMP TABLE staged AS
WITH sides AS (
  SELECT * FROM read_hubspot UNION ALL BY NAME SELECT * FROM read_quickbooks
),
typed AS MATERIALIZED (
  SELECT * EXCLUDE (price_raw, cost_raw), quantity_of(price_raw) AS price, quantity_of(cost_raw) AS cost, coalesce(name, sku, id) AS label,
    list_filter([
      problem_of(price_raw IS NOT NULL AND quantity_of(price_raw) IS NULL, 'VAL_OPTION', 'price', price_raw),
      problem_of(cost_raw IS NOT NULL AND quantity_of(cost_raw) IS NULL, 'VAL_OPTION', 'cost', cost_raw),
      problem_of(name IS NULL, 'VAL_REQUIRED', 'name', NULL)
    ], lambda each: each IS NOT NULL)[1] AS problem
  FROM sides
)
SELECT row_number() OVER () AS place, * EXCLUDE (custom), custom::VARCHAR AS custom, sku AS sku_key, regexp_replace(name, '\s*\(deleted( \d+)?\)$', '') AS name_key,
  md5(to_json([active::VARCHAR, sku, name, description, price::VARCHAR, cost::VARCHAR, item_type, income_account, expense_account, parent_id,
               taxable::VARCHAR, mark, merged_ids::VARCHAR, custom::VARCHAR])) AS fields_hash
FROM typed
