-- Payments of both sides and what else moves a balance, typed, with the first reason to refuse each. Where a payment is applied is
-- part of what it is.
CREATE OR REPLACE TEMP TABLE staged AS
WITH sides AS (
  SELECT * FROM read_hubspot UNION ALL BY NAME SELECT * FROM read_quickbooks
),
applied AS (
  SELECT system, payment_id AS id, list([invoice_id, attribution, amount::VARCHAR] ORDER BY invoice_id, attribution)::VARCHAR AS applications
  FROM staged_applications GROUP BY system, payment_id
),
bad_lines AS (
  SELECT payment_id AS id, min_by({'place': place, 'value': amount_raw, 'missing': amount_raw IS NULL}, place) AS first
  FROM payment_lines WHERE amount IS NULL AND txn_id IS NOT NULL GROUP BY payment_id
),
typed AS MATERIALIZED (
  SELECT s.*, money_of(amount_raw) AS amount, money_of(unapplied_raw) AS unapplied, money_of(refunded_raw) AS refunded,
    money_of(processing_fee_raw) AS processing_fee, money_of(platform_fee_raw) AS platform_fee, a.applications, b.first AS bad_line,
    coalesce(s.reference, s.number, s.id) AS label
  FROM sides AS s
  LEFT JOIN applied AS a ON a.system = s.system AND a.id = s.id
  LEFT JOIN bad_lines AS b ON s.system = 'quickbooks' AND s.kind = 'payment' AND b.id = s.id
)
SELECT row_number() OVER () AS place, system, id, object, kind, version, created_at, modified_at, status IS DISTINCT FROM 'voided' AS active, number, customer_id, contact_ids, paid_on,
  currency, amount, unapplied, method, reference, status, processor, source, deposit_account, refunded, processing_fee, platform_fee, payout_date,
  private_note, mark, custom::VARCHAR AS custom, label,
  list_filter([
    problem_of(amount_raw IS NOT NULL AND amount IS NULL, 'VAL_OPTION', 'amount', amount_raw),
    problem_of(paid_on_raw IS NOT NULL AND paid_on IS NULL, 'VAL_OPTION', 'paid_on', paid_on_raw),
    problem_of(unapplied_raw IS NOT NULL AND unapplied IS NULL, 'VAL_OPTION', 'unapplied', unapplied_raw),
    problem_of(refunded_raw IS NOT NULL AND refunded IS NULL, 'VAL_OPTION', 'refunded', refunded_raw),
    problem_of(processing_fee_raw IS NOT NULL AND processing_fee IS NULL, 'VAL_OPTION', 'processing_fee', processing_fee_raw),
    problem_of(platform_fee_raw IS NOT NULL AND platform_fee IS NULL, 'VAL_OPTION', 'platform_fee', platform_fee_raw),
    problem_of(payout_date_raw IS NOT NULL AND payout_date IS NULL, 'VAL_OPTION', 'payout_date', payout_date_raw),
    problem_of(bad_line IS NOT NULL, if(bad_line.missing, 'VAL_REQUIRED', 'VAL_OPTION'), 'line ' || bad_line.place || ' amount', bad_line.value)
  ], lambda each: each IS NOT NULL)[1] AS problem,
  md5(to_json([kind, number, customer_id, contact_ids::VARCHAR, paid_on::VARCHAR, currency, amount::VARCHAR, unapplied::VARCHAR, method, reference, status,
    processor, source, deposit_account, refunded::VARCHAR, processing_fee::VARCHAR, platform_fee::VARCHAR, payout_date::VARCHAR, private_note, mark,
    custom::VARCHAR, applications])) AS fields_hash
FROM typed
