-- Touched QuickBooks invoices, as text; their lines are read by statements of their own.
CREATE OR REPLACE TEMP TABLE read_quickbooks AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload, '{"DocNumber":"VARCHAR","TxnDate":"VARCHAR","DueDate":"VARCHAR","CurrencyRef":{"value":"VARCHAR"},
    "ExchangeRate":"VARCHAR","invoiceStatus":"VARCHAR","TotalAmt":"VARCHAR","Balance":"VARCHAR","Deposit":"VARCHAR","CustomerRef":{"value":"VARCHAR"},
    "CustomerMemo":{"value":"VARCHAR"},"PrivateNote":"VARCHAR","SalesTermRef":{"value":"VARCHAR"},"ClassRef":{"value":"VARCHAR"},
    "DepartmentRef":{"value":"VARCHAR"},"GlobalTaxCalculation":"VARCHAR","LinkedTxn":"VARCHAR","EmailStatus":"VARCHAR",
    "TxnTaxDetail":{"TotalTax":"VARCHAR"}}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'quickbooks' AND m.object = 'Invoice' AND m.gone IS NULL
)
SELECT system, id, object, version, created_at, modified_at, text_of(p.DocNumber) AS number,
  text_of(p.TxnDate) AS invoice_date_raw, calendar_day(text_of(p.TxnDate)) AS invoice_date,
  text_of(p.DueDate) AS due_date_raw, calendar_day(text_of(p.DueDate)) AS due_date,
  coalesce(text_of(p.CurrencyRef.value), $home_currency::VARCHAR) AS currency, text_of(p.ExchangeRate) AS exchange_rate_raw,
  NULL::VARCHAR AS status, upper(text_of(p.invoiceStatus)) AS invoice_status,
  text_of(p.TotalAmt) AS total_raw, text_of(p.Balance) AS balance_raw, coalesce(text_of(p.TxnTaxDetail.TotalTax), '0') AS tax_raw,
  text_of(p.Deposit) AS deposit_raw, text_of(p.CustomerRef.value) AS customer_id,
  NULL::VARCHAR[] AS contact_ids, NULL::VARCHAR[] AS company_ids, NULL::VARCHAR[] AS deal_ids, NULL::VARCHAR[] AS payment_ids,
  NULL::BOOLEAN AS billable, NULL::VARCHAR AS source, NULL::VARCHAR AS external_id, text_of(p.CustomerMemo.value) AS memo,
  text_of(p.PrivateNote) AS private_note, text_of(p.SalesTermRef.value) AS terms, text_of(p.ClassRef.value) AS class_id,
  text_of(p.DepartmentRef.value) AS location_id, text_of(p.GlobalTaxCalculation) AS tax_mode,
  CASE WHEN p.LinkedTxn <> '[]' THEN p.LinkedTxn END AS linked_txns,
  NULL::VARCHAR AS qbo_total_raw, NULL::VARCHAR AS qbo_tax_raw, NULL::VARCHAR AS qbo_balance_raw, NULL::VARCHAR AS qbo_credits_raw,
  NULL::VARCHAR AS backfill, text_of(p.EmailStatus) AS email_status, mark_of(p.PrivateNote) AS mark, []::VARCHAR[] AS merged_ids,
  custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows
