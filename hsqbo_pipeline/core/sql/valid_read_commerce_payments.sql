-- Touched HubSpot payments, as text.
CREATE OR REPLACE TEMP TABLE read_hubspot AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload -> 'properties', '{"hs_initial_amount":"VARCHAR","hs_initiated_date":"VARCHAR","hs_currency_code":"VARCHAR",
    "hs_payment_method_type":"VARCHAR","hs_reference_number":"VARCHAR","hs_latest_status":"VARCHAR","hs_processor_type":"VARCHAR",
    "hs_payment_source_app":"VARCHAR","hs_payment_source_name":"VARCHAR","hs_refunds_amount":"VARCHAR","hs_fees_amount":"VARCHAR",
    "hs_platform_fee":"VARCHAR","hs_payout_date":"VARCHAR","hs_internal_comment":"VARCHAR","qbo_id":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'hubspot' AND m.object = 'commerce_payments' AND m.gone IS NULL
),
payers AS (
  SELECT a.from_id AS id, list_sort(list(DISTINCT CASE WHEN m.gone = 'merged' THEN coalesce(m.merged_into, a.to_id) ELSE a.to_id END)) AS ids
  FROM associations AS a JOIN current_rows AS r ON r.id = a.from_id
  LEFT JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'contacts' AND m.id = a.to_id
  WHERE a.from_object = 'commerce_payments' AND a.to_object = 'contacts' AND coalesce(m.gone, 'merged') = 'merged'
  GROUP BY a.from_id
)
SELECT r.system, r.id, r.object, 'payment' AS kind, r.version, r.created_at, r.modified_at, NULL::VARCHAR AS number, NULL::VARCHAR AS customer_id,
  coalesce(payers.ids, []) AS contact_ids, text_of(p.hs_initiated_date) AS paid_on_raw, business_day(text_of(p.hs_initiated_date), $zone::VARCHAR) AS paid_on,
  upper(coalesce(text_of(p.hs_currency_code), $portal_currency::VARCHAR)) AS currency, text_of(p.hs_initial_amount) AS amount_raw,
  NULL::VARCHAR AS unapplied_raw, text_of(p.hs_payment_method_type) AS method, text_of(p.hs_reference_number) AS reference,
  lower(text_of(p.hs_latest_status)) AS status, text_of(p.hs_processor_type) AS processor,
  coalesce(text_of(p.hs_payment_source_app), text_of(p.hs_payment_source_name)) AS source, NULL::VARCHAR AS deposit_account,
  text_of(p.hs_refunds_amount) AS refunded_raw, text_of(p.hs_fees_amount) AS processing_fee_raw, text_of(p.hs_platform_fee) AS platform_fee_raw,
  text_of(p.hs_payout_date) AS payout_date_raw, business_day(text_of(p.hs_payout_date), $zone::VARCHAR) AS payout_date,
  text_of(p.hs_internal_comment) AS private_note, text_of(p.qbo_id) AS mark, custom_of(r.payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows AS r LEFT JOIN payers ON payers.id = r.id
