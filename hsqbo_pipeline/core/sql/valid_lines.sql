-- Lines of both sides, typed, with the first reason why each can't be read.
CREATE OR REPLACE TEMP TABLE staged_lines AS
WITH sides AS (
  SELECT * FROM lines_hubspot UNION ALL BY NAME SELECT * FROM lines_quickbooks
),
typed AS MATERIALIZED (
  SELECT *, quantity_of(quantity_raw) AS quantity, quantity_of(unit_price_raw) AS unit_price, quantity_of(amount_raw) AS amount_said,
    quantity_of(discount_percent_raw) AS discount_percent, quantity_of(discount_amount_raw) AS discount_amount, money_of(tax_raw) AS tax,
    calendar_day(service_date_raw) AS service_date
  FROM sides
)
SELECT system, invoice_id, line_id, position, kind, item_id, sku, name, description, quantity, unit_price,
  -- HubSpot works a line's amount out a little later than it stores the line.
  CASE WHEN amount_raw IS NULL AND system = 'hubspot' AND discount_percent_raw IS NULL AND discount_amount_raw IS NULL
       THEN TRY_CAST(TRY_CAST(money_of(quantity_raw) * money_of(unit_price_raw) AS DECIMAL(36, 4)) AS DECIMAL(28, 10)) ELSE amount_said END AS amount,
  discount_percent, discount_amount, tax_code, tax, service_date, class_id, mark, linked_txns,
  list_filter([
    problem_of(kind NOT IN ('item', 'description', 'discount', 'shipping', 'subtotal', 'group'), 'VAL_OPTION', 'line ' || position || ' DetailType', kind),
    problem_of(quantity_raw IS NOT NULL AND quantity IS NULL, 'VAL_OPTION', 'line ' || position || ' quantity', quantity_raw),
    problem_of(unit_price_raw IS NOT NULL AND unit_price IS NULL, 'VAL_OPTION', 'line ' || position || ' unit_price', unit_price_raw),
    problem_of(amount_raw IS NOT NULL AND amount_said IS NULL, 'VAL_OPTION', 'line ' || position || ' amount', amount_raw),
    problem_of(discount_percent_raw IS NOT NULL AND discount_percent IS NULL, 'VAL_OPTION', 'line ' || position || ' discount', discount_percent_raw),
    problem_of(discount_amount_raw IS NOT NULL AND discount_amount IS NULL, 'VAL_OPTION', 'line ' || position || ' discount', discount_amount_raw),
    problem_of(tax_raw IS NOT NULL AND tax IS NULL, 'VAL_OPTION', 'line ' || position || ' tax', tax_raw),
    problem_of(service_date_raw IS NOT NULL AND service_date IS NULL, 'VAL_OPTION', 'line ' || position || ' service_date', service_date_raw),
    problem_of(kind IN ('item', 'shipping', 'discount') AND amount_raw IS NULL AND system = 'quickbooks', 'VAL_REQUIRED', 'line ' || position || ' amount', NULL)
  ], lambda each: each IS NOT NULL)[1] AS problem
FROM typed
