-- The line items of touched HubSpot invoices, in the order people see them.
CREATE OR REPLACE TEMP TABLE lines_hubspot AS
WITH items AS (
  SELECT a.from_id AS invoice_id, m.id AS line_id, from_json(m.payload -> 'properties', '{"hs_position_on_quote":"VARCHAR","hs_product_id":"VARCHAR",
    "hs_sku":"VARCHAR","name":"VARCHAR","description":"VARCHAR","quantity":"VARCHAR","price":"VARCHAR","amount":"VARCHAR",
    "hs_discount_percentage":"VARCHAR","discount":"VARCHAR","hs_tax_rate_group_id":"VARCHAR","hs_tax_amount":"VARCHAR","qbo_id":"VARCHAR"}') AS p
  FROM associations AS a
  JOIN read_hubspot AS r ON r.id = a.from_id
  JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'line_items' AND m.id = a.to_id AND m.gone IS NULL
  WHERE a.from_object = 'invoices' AND a.to_object = 'line_items'
)
SELECT 'hubspot' AS system, invoice_id, line_id,
  (row_number() OVER (PARTITION BY invoice_id ORDER BY TRY_CAST(p.hs_position_on_quote AS INTEGER) NULLS LAST, length(line_id), line_id))::INTEGER AS position,
  'item' AS kind, text_of(p.hs_product_id) AS item_id, text_of(p.hs_sku) AS sku, text_of(p.name) AS name, text_of(p.description) AS description,
  coalesce(text_of(p.quantity), '1') AS quantity_raw, text_of(p.price) AS unit_price_raw, text_of(p.amount) AS amount_raw,
  text_of(p.hs_discount_percentage) AS discount_percent_raw, text_of(p.discount) AS discount_amount_raw,
  text_of(p.hs_tax_rate_group_id) AS tax_code, text_of(p.hs_tax_amount) AS tax_raw, NULL::VARCHAR AS service_date_raw, NULL::VARCHAR AS class_id,
  text_of(p.qbo_id) AS mark, NULL::VARCHAR AS linked_txns
FROM items
