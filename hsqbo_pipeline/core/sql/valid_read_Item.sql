-- Touched QuickBooks items of every type, categories and bundles too: what can't be carried is said later, with its type.
CREATE OR REPLACE TEMP TABLE read_quickbooks AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload, '{"Active":"BOOLEAN","Sku":"VARCHAR","Name":"VARCHAR","Description":"VARCHAR","UnitPrice":"VARCHAR",
    "PurchaseCost":"VARCHAR","Type":"VARCHAR","IncomeAccountRef":{"value":"VARCHAR"},"ExpenseAccountRef":{"value":"VARCHAR"},
    "ParentRef":{"value":"VARCHAR"},"Taxable":"BOOLEAN"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'quickbooks' AND m.object = 'Item' AND m.gone IS NULL
)
SELECT system, id, object, version, created_at, modified_at, coalesce(p.Active, true) AS active, text_of(p.Sku) AS sku, text_of(p.Name) AS name,
  text_of(p.Description) AS description, text_of(p.UnitPrice) AS price_raw, text_of(p.PurchaseCost) AS cost_raw,
  text_of(p.Type) AS item_type, text_of(p.IncomeAccountRef.value) AS income_account, text_of(p.ExpenseAccountRef.value) AS expense_account,
  text_of(p.ParentRef.value) AS parent_id, p.Taxable AS taxable, NULL::VARCHAR AS mark, []::VARCHAR[] AS merged_ids,
  custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows
