-- The lines of touched QuickBooks invoices of every kind. A group's own line carries no money of its own: its children do, once.
CREATE OR REPLACE TEMP TABLE lines_quickbooks AS
WITH outer_lines AS (
  SELECT m.id AS invoice_id, unnest(list_transform(from_json(json_extract(m.payload, '$.Line'), '[{"Id":"VARCHAR","Description":"VARCHAR","Amount":"VARCHAR",
    "DetailType":"VARCHAR","LinkedTxn":"VARCHAR","SalesItemLineDetail":"JSON","GroupLineDetail":"JSON","DiscountLineDetail":"JSON",
    "DescriptionLineDetail":"JSON"}]'), lambda line, place: {'place': place, 'line': line})) AS entry
  FROM mirror AS m JOIN read_quickbooks AS r ON r.id = m.id
  WHERE m.system = 'quickbooks' AND m.object = 'Invoice'
),
inner_lines AS (
  SELECT invoice_id, entry.place AS place, unnest(list_transform(from_json(json_extract(entry.line.GroupLineDetail, '$.Line'),
    '[{"Id":"VARCHAR","Description":"VARCHAR","Amount":"VARCHAR","DetailType":"VARCHAR","LinkedTxn":"VARCHAR","SalesItemLineDetail":"JSON"}]'),
    lambda line, inner_place: {'inner_place': inner_place, 'line': line})) AS child
  FROM outer_lines WHERE entry.line.DetailType = 'GroupLineDetail'
),
all_lines AS (
  SELECT invoice_id, entry.place AS place, 0 AS inner_place, entry.line.Id AS line_id, entry.line.Description AS description,
    entry.line.Amount AS amount, entry.line.DetailType AS detail_type, entry.line.LinkedTxn AS linked_txns,
    coalesce(entry.line.SalesItemLineDetail, entry.line.GroupLineDetail, entry.line.DiscountLineDetail, entry.line.DescriptionLineDetail) AS detail
  FROM outer_lines
  UNION ALL
  SELECT invoice_id, place, child.inner_place, child.line.Id, child.line.Description, child.line.Amount, child.line.DetailType, child.line.LinkedTxn,
    child.line.SalesItemLineDetail
  FROM inner_lines
),
placed AS (
  SELECT *, row_number() OVER (PARTITION BY invoice_id ORDER BY place, inner_place) AS position,
    row_number() OVER (PARTITION BY invoice_id, line_id ORDER BY place, inner_place) AS twin,
    from_json(detail, '{"ItemRef":{"value":"VARCHAR","name":"VARCHAR"},"GroupItemRef":{"value":"VARCHAR","name":"VARCHAR"},"Qty":"VARCHAR",
      "Quantity":"VARCHAR","UnitPrice":"VARCHAR","DiscountRate":"VARCHAR","DiscountAmt":"VARCHAR","PercentBased":"BOOLEAN","DiscountPercent":"VARCHAR",
      "TaxCodeRef":{"value":"VARCHAR"},"ServiceDate":"VARCHAR","ClassRef":{"value":"VARCHAR"}}') AS d
  FROM all_lines
)
SELECT 'quickbooks' AS system, l.invoice_id,
  -- The server's subtotals have no id, and nothing forbids an id twice: both get one that no other line has.
  CASE WHEN l.line_id IS NULL THEN '@' || l.position WHEN l.twin > 1 THEN l.line_id || '@' || l.position ELSE l.line_id END AS line_id,
  l.position::INTEGER AS position,
  CASE l.detail_type
    WHEN 'SalesItemLineDetail' THEN if(d.ItemRef.value = 'SHIPPING_ITEM_ID', 'shipping', 'item')
    WHEN 'GroupLineDetail' THEN 'group' WHEN 'DescriptionOnly' THEN 'description' WHEN 'DiscountLineDetail' THEN 'discount'
    WHEN 'SubTotalLineDetail' THEN 'subtotal' ELSE coalesce(l.detail_type, 'none') END AS kind,
  CASE WHEN d.ItemRef.value <> 'SHIPPING_ITEM_ID' THEN d.ItemRef.value ELSE d.GroupItemRef.value END AS item_id,
  text_of(i.payload ->> '$.Sku') AS sku,
  coalesce(text_of(i.payload ->> '$.Name'), text_of(d.ItemRef.name), text_of(d.GroupItemRef.name)) AS name, text_of(l.description) AS description,
  coalesce(text_of(d.Qty), text_of(d.Quantity)) AS quantity_raw, text_of(d.UnitPrice) AS unit_price_raw, text_of(l.amount) AS amount_raw,
  coalesce(text_of(d.DiscountRate), CASE WHEN d.PercentBased THEN text_of(d.DiscountPercent) END) AS discount_percent_raw,
  text_of(d.DiscountAmt) AS discount_amount_raw, text_of(d.TaxCodeRef.value) AS tax_code, NULL::VARCHAR AS tax_raw,
  text_of(d.ServiceDate) AS service_date_raw, text_of(d.ClassRef.value) AS class_id, NULL::VARCHAR AS mark,
  CASE WHEN l.linked_txns <> '[]' THEN l.linked_txns END AS linked_txns
FROM placed AS l
LEFT JOIN mirror AS i ON i.system = 'quickbooks' AND i.object = 'Item' AND i.id = coalesce(d.ItemRef.value, d.GroupItemRef.value)
