-- Touched QuickBooks customers, inactive ones too. One address field may hold several addresses; the first is the main one.
CREATE OR REPLACE TEMP TABLE read_quickbooks AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload, '{"Active":"BOOLEAN","PrimaryEmailAddr":{"Address":"VARCHAR"},"GivenName":"VARCHAR","FamilyName":"VARCHAR",
    "PrimaryPhone":{"FreeFormNumber":"VARCHAR"},"CompanyName":"VARCHAR","DisplayName":"VARCHAR","ParentRef":{"value":"VARCHAR"},
    "CurrencyRef":{"value":"VARCHAR"},"Balance":"VARCHAR","Taxable":"BOOLEAN","Source":"VARCHAR",
    "BillAddr":{"Line1":"VARCHAR","City":"VARCHAR","CountrySubDivisionCode":"VARCHAR","PostalCode":"VARCHAR","Country":"VARCHAR"}}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'quickbooks' AND m.object = 'Customer' AND m.gone IS NULL
),
addressed AS (
  SELECT *, list_filter(regexp_split_to_array(coalesce(text_of(p.PrimaryEmailAddr.Address), ''), '[,;\s]+'), lambda each: each <> '') AS emails
  FROM current_rows
)
SELECT system, id, object, version, created_at, modified_at, coalesce(p.Active, true) AS active, emails, emails[1] AS email,
  text_of(p.GivenName) AS first_name, text_of(p.FamilyName) AS last_name, text_of(p.PrimaryPhone.FreeFormNumber) AS phone,
  text_of(p.CompanyName) AS company, text_of(p.BillAddr.Line1) AS address, text_of(p.BillAddr.City) AS city,
  text_of(p.BillAddr.CountrySubDivisionCode) AS state, text_of(p.BillAddr.PostalCode) AS zip, text_of(p.BillAddr.Country) AS country,
  text_of(p.DisplayName) AS display_name, text_of(p.ParentRef.value) AS parent_id,
  coalesce(text_of(p.CurrencyRef.value), $home_currency::VARCHAR) AS currency, p.Balance AS balance_raw, p.Taxable AS taxable,
  NULL::VARCHAR AS company_id, NULL::VARCHAR AS mark, NULL::VARCHAR AS alias_of, []::VARCHAR[] AS merged_ids, text_of(p.Source) AS source,
  custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM addressed
