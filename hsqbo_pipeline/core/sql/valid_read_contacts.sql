-- Touched HubSpot contacts, as text. The company's name is the primary company's, else the only one's, else the contact's own.
CREATE OR REPLACE TEMP TABLE read_hubspot AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload -> 'properties', '{"email":"VARCHAR","hs_additional_emails":"VARCHAR","firstname":"VARCHAR",
    "lastname":"VARCHAR","phone":"VARCHAR","company":"VARCHAR","address":"VARCHAR","city":"VARCHAR","state":"VARCHAR","zip":"VARCHAR",
    "country":"VARCHAR","qbo_id":"VARCHAR","qbo_alias_of":"VARCHAR","hs_merged_object_ids":"VARCHAR","hs_calculated_merged_vids":"VARCHAR",
    "hs_object_source":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'hubspot' AND m.object = 'contacts' AND m.gone IS NULL
),
employers AS (
  SELECT a.from_id AS id,
    coalesce(min(a.to_id) FILTER (WHERE list_contains(a.type_ids, 1)), CASE WHEN count(*) = 1 THEN min(a.to_id) END) AS company_id
  FROM associations AS a JOIN current_rows AS r ON r.id = a.from_id
  LEFT JOIN mirror AS c ON c.system = 'hubspot' AND c.object = 'companies' AND c.id = a.to_id
  WHERE a.from_object = 'contacts' AND a.to_object = 'companies' AND c.gone IS NULL
  GROUP BY a.from_id
)
SELECT r.system, r.id, r.object, r.version, r.created_at, r.modified_at, true AS active,
  list_filter(list_concat([text_of(p.email)], list_transform(string_split(coalesce(p.hs_additional_emails, ''), ';'), lambda each: text_of(each))),
              lambda each: each IS NOT NULL) AS emails,
  text_of(p.email) AS email, text_of(p.firstname) AS first_name, text_of(p.lastname) AS last_name, text_of(p.phone) AS phone,
  coalesce(text_of(c.payload ->> '$.properties.name'), text_of(p.company)) AS company,
  text_of(p.address) AS address, text_of(p.city) AS city, text_of(p.state) AS state, text_of(p.zip) AS zip, text_of(p.country) AS country,
  NULL::VARCHAR AS display_name, NULL::VARCHAR AS parent_id, NULL::VARCHAR AS currency, NULL::VARCHAR AS balance_raw, NULL::BOOLEAN AS taxable,
  e.company_id, text_of(p.qbo_id) AS mark, text_of(p.qbo_alias_of) AS alias_of,
  list_sort(list_distinct(list_filter(list_concat(string_split(coalesce(p.hs_merged_object_ids, ''), ';'),
      list_transform(string_split(coalesce(p.hs_calculated_merged_vids, ''), ';'), lambda each: split_part(each, ':', 1))),
    lambda each: each <> '' AND each <> r.id))) AS merged_ids,
  text_of(p.hs_object_source) AS source, custom_of(r.payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows AS r
LEFT JOIN employers AS e ON e.id = r.id
LEFT JOIN mirror AS c ON c.system = 'hubspot' AND c.object = 'companies' AND c.id = e.company_id
