-- Touched HubSpot companies, where companies are the customers.
CREATE OR REPLACE TEMP TABLE read_hubspot AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload -> 'properties', '{"name":"VARCHAR","phone":"VARCHAR","address":"VARCHAR","city":"VARCHAR","state":"VARCHAR",
    "zip":"VARCHAR","country":"VARCHAR","qbo_id":"VARCHAR","qbo_alias_of":"VARCHAR","hs_merged_object_ids":"VARCHAR",
    "hs_object_source":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'hubspot' AND m.object = 'companies' AND m.gone IS NULL
)
SELECT system, id, object, version, created_at, modified_at, true AS active, []::VARCHAR[] AS emails, NULL::VARCHAR AS email,
  NULL::VARCHAR AS first_name, NULL::VARCHAR AS last_name, text_of(p.phone) AS phone, text_of(p.name) AS company,
  text_of(p.address) AS address, text_of(p.city) AS city, text_of(p.state) AS state, text_of(p.zip) AS zip, text_of(p.country) AS country,
  NULL::VARCHAR AS display_name, NULL::VARCHAR AS parent_id, NULL::VARCHAR AS currency, NULL::VARCHAR AS balance_raw, NULL::BOOLEAN AS taxable,
  id AS company_id, text_of(p.qbo_id) AS mark, text_of(p.qbo_alias_of) AS alias_of,
  list_filter(string_split(coalesce(p.hs_merged_object_ids, ''), ';'), lambda each: each <> '') AS merged_ids,
  text_of(p.hs_object_source) AS source, custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows
