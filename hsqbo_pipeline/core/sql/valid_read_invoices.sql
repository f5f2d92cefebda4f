-- Touched HubSpot invoices, as text, with whom and what they are associated. A merged contact counts as the one that answers for it.
CREATE OR REPLACE TEMP TABLE read_hubspot AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload -> 'properties', '{"hs_number":"VARCHAR","hs_invoice_date":"VARCHAR","hs_due_date":"VARCHAR",
    "hs_currency":"VARCHAR","hs_invoice_status":"VARCHAR","hs_amount_billed":"VARCHAR","hs_balance_due":"VARCHAR","hs_invoice_billable":"VARCHAR",
    "hs_invoice_source":"VARCHAR","hs_external_invoice_id":"VARCHAR","hs_comments":"VARCHAR","qbo_id":"VARCHAR","qbo_total":"VARCHAR",
    "qbo_tax":"VARCHAR","qbo_balance_due":"VARCHAR","qbo_credits_applied":"VARCHAR","qbo_deposit":"VARCHAR","qbo_backfill":"VARCHAR","hs_merged_object_ids":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'hubspot' AND m.object = 'invoices' AND m.gone IS NULL
),
associated AS (
  SELECT a.from_id AS id, a.to_object AS object,
    list_sort(list(DISTINCT CASE WHEN m.gone = 'merged' THEN coalesce(m.merged_into, a.to_id) ELSE a.to_id END)) AS ids
  FROM associations AS a JOIN current_rows AS r ON r.id = a.from_id
  LEFT JOIN mirror AS m ON m.system = 'hubspot' AND m.object = a.to_object AND m.id = a.to_id
  WHERE a.from_object = 'invoices' AND a.to_object IN ('contacts', 'companies', 'deals', 'commerce_payments') AND coalesce(m.gone, 'merged') = 'merged'
  GROUP BY a.from_id, a.to_object
)
SELECT r.system, r.id, r.object, r.version, r.created_at, r.modified_at, text_of(p.hs_number) AS number,
  text_of(p.hs_invoice_date) AS invoice_date_raw, business_day(text_of(p.hs_invoice_date), $zone::VARCHAR) AS invoice_date,
  text_of(p.hs_due_date) AS due_date_raw, business_day(text_of(p.hs_due_date), $zone::VARCHAR) AS due_date,
  upper(coalesce(text_of(p.hs_currency), $portal_currency::VARCHAR)) AS currency, NULL::VARCHAR AS exchange_rate_raw,
  lower(text_of(p.hs_invoice_status)) AS status, NULL::VARCHAR AS invoice_status,
  text_of(p.hs_amount_billed) AS total_raw, text_of(p.hs_balance_due) AS balance_raw, NULL::VARCHAR AS tax_raw, text_of(p.qbo_deposit) AS deposit_raw,
  NULL::VARCHAR AS customer_id, coalesce(contacts.ids, []) AS contact_ids, coalesce(companies.ids, []) AS company_ids,
  coalesce(deals.ids, []) AS deal_ids, coalesce(paid.ids, []) AS payment_ids,
  lower(text_of(p.hs_invoice_billable)) <> 'false' AS billable, text_of(p.hs_invoice_source) AS source,
  text_of(p.hs_external_invoice_id) AS external_id, text_of(p.hs_comments) AS memo, NULL::VARCHAR AS private_note, NULL::VARCHAR AS terms,
  NULL::VARCHAR AS class_id, NULL::VARCHAR AS location_id, NULL::VARCHAR AS tax_mode, NULL::VARCHAR AS linked_txns,
  text_of(p.qbo_total) AS qbo_total_raw, text_of(p.qbo_tax) AS qbo_tax_raw, text_of(p.qbo_balance_due) AS qbo_balance_raw,
  text_of(p.qbo_credits_applied) AS qbo_credits_raw, text_of(p.qbo_backfill) AS backfill, NULL::VARCHAR AS email_status,
  text_of(p.qbo_id) AS mark, list_filter(string_split(coalesce(p.hs_merged_object_ids, ''), ';'), lambda each: each <> '') AS merged_ids,
  custom_of(r.payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows AS r
LEFT JOIN associated AS contacts ON contacts.id = r.id AND contacts.object = 'contacts'
LEFT JOIN associated AS companies ON companies.id = r.id AND companies.object = 'companies'
LEFT JOIN associated AS deals ON deals.id = r.id AND deals.object = 'deals'
LEFT JOIN associated AS paid ON paid.id = r.id AND paid.object = 'commerce_payments'
