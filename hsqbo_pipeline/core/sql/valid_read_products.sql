-- Touched HubSpot products, as text.
CREATE OR REPLACE TEMP TABLE read_hubspot AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload -> 'properties', '{"name":"VARCHAR","hs_sku":"VARCHAR","description":"VARCHAR","price":"VARCHAR",
    "hs_cost_of_goods_sold":"VARCHAR","qbo_id":"VARCHAR","hs_merged_object_ids":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'hubspot' AND m.object = 'products' AND m.gone IS NULL
)
SELECT system, id, object, version, created_at, modified_at, true AS active, text_of(p.hs_sku) AS sku, text_of(p.name) AS name,
  text_of(p.description) AS description, text_of(p.price) AS price_raw, text_of(p.hs_cost_of_goods_sold) AS cost_raw,
  NULL::VARCHAR AS item_type, NULL::VARCHAR AS income_account, NULL::VARCHAR AS expense_account, NULL::VARCHAR AS parent_id,
  NULL::BOOLEAN AS taxable, text_of(p.qbo_id) AS mark,
  list_filter(string_split(coalesce(p.hs_merged_object_ids, ''), ';'), lambda each: each <> '') AS merged_ids,
  custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows
