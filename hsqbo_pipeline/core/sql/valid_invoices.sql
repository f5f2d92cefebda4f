-- Invoices of both sides, typed, with the first reason to refuse each. Figures of lines and taxes are added up here; HubSpot's
-- tax is that of its lines and of its tax records, a percentage of the lines rounded half up to the cent.
CREATE OR REPLACE TEMP TABLE staged AS
WITH sides AS (
  SELECT * FROM read_hubspot UNION ALL BY NAME SELECT * FROM read_quickbooks
),
line_sums AS (
  SELECT system, invoice_id AS id,
    sum(amount) FILTER (WHERE kind = 'item') AS items, sum(amount) FILTER (WHERE kind = 'shipping') AS shipping,
    sum(abs(amount)) FILTER (WHERE kind = 'discount') AS discount, sum(tax) AS tax,
    coalesce(bool_and(coalesce(amount, 0) = 0), true) AS all_zero, min_by(problem, position) FILTER (WHERE problem IS NOT NULL) AS problem,
    md5(string_agg(to_json([line_id, kind, item_id, sku, name, description, quantity::VARCHAR, unit_price::VARCHAR, amount::VARCHAR,
      discount_percent::VARCHAR, discount_amount::VARCHAR, tax_code, service_date::VARCHAR, class_id, mark, linked_txns]), '' ORDER BY position)) AS lines_hash
  FROM staged_lines GROUP BY system, invoice_id
),
taxes AS (
  SELECT a.from_id AS id, upper(m.payload ->> '$.properties.hs_type') AS type, m.payload ->> '$.properties.hs_value' AS value_raw,
    quantity_of(m.payload ->> '$.properties.hs_value') AS value
  FROM associations AS a
  JOIN read_hubspot AS r ON r.id = a.from_id
  JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'taxes' AND m.id = a.to_id AND m.gone IS NULL
  WHERE a.from_object = 'invoices' AND a.to_object = 'taxes'
),
-- A hundredth is multiplied by: a division makes binary floats, which lose half cents.
added_taxes AS (
  SELECT t.id, any_value(t.value_raw) FILTER (WHERE t.value IS NULL) AS bad,
    sum(CASE WHEN t.type = 'PERCENT' THEN round(TRY_CAST(coalesce(l.items, 0) AS DECIMAL(20, 8)) * TRY_CAST(t.value AS DECIMAL(12, 6)) * 0.01::DECIMAL(3, 2), 2)::DECIMAL(18, 2)
             ELSE t.value END) AS tax
  FROM taxes AS t LEFT JOIN line_sums AS l ON l.system = 'hubspot' AND l.id = t.id GROUP BY t.id
),
-- Only an invoice that was once worth something can have been voided, unless nothing is known of what it was.
past AS (
  SELECT s.id, bool_or(i.total > 0 OR i.status = 'voided') OR bool_or(money_of(b.quickbooks_fields ->> '$.total') > 0)
    OR (count(i.id) = 0 AND count(b.quickbooks_id) = 0) AS was_worth
  FROM read_quickbooks AS s
  LEFT JOIN invoices AS i ON i.system = 'quickbooks' AND i.id = s.id
  LEFT JOIN baselines AS b ON b.entity = 'invoice' AND b.quickbooks_id = s.id
  GROUP BY s.id
),
typed AS MATERIALIZED (
  SELECT s.*, money_of(s.total_raw) AS total, money_of(s.balance_raw) AS balance, money_of(s.deposit_raw) AS deposit,
    money_of(s.qbo_total_raw) AS qbo_total, money_of(s.qbo_tax_raw) AS qbo_tax, money_of(s.qbo_balance_raw) AS qbo_balance,
    money_of(s.qbo_credits_raw) AS qbo_credits, quantity_of(s.exchange_rate_raw) AS exchange_rate,
    cents_of(coalesce(l.items, 0)) AS subtotal, cents_of(l.shipping) AS shipping, cents_of(l.discount) AS discount,
    CASE WHEN s.system = 'hubspot' THEN cents_of(coalesce(l.tax, 0) + coalesce(t.tax, 0)) ELSE money_of(s.tax_raw) END AS tax,
    l.lines_hash, l.problem AS line_problem, t.bad AS bad_tax, coalesce(l.all_zero, true) AS all_zero, past.was_worth
  FROM sides AS s
  LEFT JOIN line_sums AS l ON l.system = s.system AND l.id = s.id
  LEFT JOIN added_taxes AS t ON s.system = 'hubspot' AND t.id = s.id
  LEFT JOIN past ON s.system = 'quickbooks' AND past.id = s.id
),
judged AS MATERIALIZED (
  SELECT * EXCLUDE (status), coalesce(number, id) AS label,
    CASE WHEN system = 'hubspot' THEN status
         WHEN invoice_status = 'VOIDED' THEN 'voided'
         WHEN invoice_status IS NULL AND total = 0 AND coalesce(balance, 0) = 0 AND all_zero AND says_voided(private_note) AND was_worth THEN 'voided'
         WHEN balance = 0 AND total > 0 THEN 'paid'
         ELSE 'open' END AS status,
    list_filter([
      problem_of(invoice_date_raw IS NOT NULL AND invoice_date IS NULL, 'VAL_OPTION', 'invoice_date', invoice_date_raw),
      problem_of(due_date_raw IS NOT NULL AND due_date IS NULL, 'VAL_OPTION', 'due_date', due_date_raw),
      problem_of(total_raw IS NOT NULL AND total IS NULL, 'VAL_OPTION', 'total', total_raw),
      problem_of(balance_raw IS NOT NULL AND balance IS NULL, 'VAL_OPTION', 'balance', balance_raw),
      problem_of(tax_raw IS NOT NULL AND tax IS NULL, 'VAL_OPTION', 'tax', tax_raw),
      problem_of(bad_tax IS NOT NULL, 'VAL_OPTION', 'tax', bad_tax),
      problem_of(deposit_raw IS NOT NULL AND deposit IS NULL, 'VAL_OPTION', 'deposit', deposit_raw),
      problem_of(exchange_rate_raw IS NOT NULL AND exchange_rate IS NULL, 'VAL_OPTION', 'exchange_rate', exchange_rate_raw),
      line_problem
    ], lambda each: each IS NOT NULL)[1] AS problem
  FROM typed
)
SELECT row_number() OVER () AS place, system, id, object, version, created_at, modified_at, true AS active, number, number AS number_key, invoice_date, due_date, currency, exchange_rate,
  status, subtotal, discount, shipping, tax, total, balance, deposit, customer_id, contact_ids, company_ids, deal_ids, payment_ids, billable, source,
  external_id, memo, private_note, terms, class_id, location_id, tax_mode, linked_txns, qbo_total, qbo_tax, qbo_balance, qbo_credits, backfill,
  email_status, mark, merged_ids, custom::VARCHAR AS custom, lines_hash, label, problem,
  md5(to_json([number, invoice_date::VARCHAR, due_date::VARCHAR, currency, exchange_rate::VARCHAR, status, subtotal::VARCHAR, discount::VARCHAR,
    shipping::VARCHAR, tax::VARCHAR, total::VARCHAR, balance::VARCHAR, deposit::VARCHAR, customer_id, contact_ids::VARCHAR, company_ids::VARCHAR,
    deal_ids::VARCHAR, payment_ids::VARCHAR, billable::VARCHAR, source, external_id, memo, private_note, terms, class_id, location_id, tax_mode,
    linked_txns, qbo_total_raw, qbo_tax_raw, qbo_balance_raw, qbo_credits_raw, backfill, email_status, mark, merged_ids::VARCHAR,
    custom::VARCHAR, lines_hash])) AS fields_hash
FROM judged
