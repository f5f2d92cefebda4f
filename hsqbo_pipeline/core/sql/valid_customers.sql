-- Customers of both sides, typed, with the first reason to refuse each. `fields_hash` leaves out what no rule looks at: versions,
-- times, and the balance, which moves with every invoice.
CREATE OR REPLACE TEMP TABLE staged AS
WITH sides AS (
  SELECT * FROM read_hubspot UNION ALL BY NAME SELECT * FROM read_quickbooks
),
typed AS MATERIALIZED (
  SELECT * EXCLUDE (balance_raw), money_of(balance_raw) AS balance,
    coalesce(display_name, company, nullif(concat_ws(' ', first_name, last_name), ''), email, id) AS label,
    list_filter([
      problem_of(email IS NOT NULL AND NOT is_email(email), 'ID_BAD_EMAIL', 'email', email),
      problem_of(balance_raw IS NOT NULL AND money_of(balance_raw) IS NULL, 'VAL_OPTION', 'balance', balance_raw),
      problem_of(system = 'quickbooks' AND display_name IS NULL, 'VAL_REQUIRED', 'display_name', NULL)
    ], lambda each: each IS NOT NULL)[1] AS problem,
    list_filter(emails, lambda each: is_email(each)) AS good_emails
  FROM sides
)
SELECT row_number() OVER () AS place, * EXCLUDE (emails, good_emails, display_name, custom), custom::VARCHAR AS custom, good_emails AS email_keys,
  CASE WHEN system = 'quickbooks' THEN display_name
       ELSE coalesce(company, nullif(concat_ws(' ', first_name, last_name), ''), email) END AS display_name,
  CASE WHEN system = 'quickbooks' THEN regexp_replace(display_name, '\s*\(deleted( \d+)?\)$', '')
       ELSE coalesce(company, nullif(concat_ws(' ', first_name, last_name), ''), email) END AS name_key,
  md5(to_json([active::VARCHAR, email, good_emails::VARCHAR, first_name, last_name, phone, company, address, city, state, zip, country, display_name,
               parent_id, currency, taxable::VARCHAR, company_id, mark, alias_of, merged_ids::VARCHAR, source, custom::VARCHAR, object])) AS fields_hash
FROM typed
