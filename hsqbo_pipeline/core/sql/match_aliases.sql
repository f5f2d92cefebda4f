-- Contacts of a company that is a customer bill to it: which of them have to be told so, or told that it is over. A company's
-- contacts are those whose primary company it is, or whose only one.
CREATE OR REPLACE TEMP TABLE alias_changes AS
WITH people AS (
  SELECT a.from_id AS contact_id,
    coalesce(min(a.to_id) FILTER (WHERE list_contains(a.type_ids, 1)), CASE WHEN count(*) = 1 THEN min(a.to_id) END) AS company_id
  FROM associations AS a
  JOIN mirror AS there ON there.system = 'hubspot' AND there.object = 'companies' AND there.id = a.to_id AND there.gone IS NULL
  WHERE a.from_object = 'contacts' AND a.to_object = 'companies'
  GROUP BY a.from_id
),
billed AS (
  SELECT people.contact_id, people.company_id, m.quickbooks_id
  FROM people LEFT JOIN links AS m ON m.entity = 'customer' AND m.role = 'primary' AND m.hubspot_object = 'companies' AND m.hubspot_id = people.company_id
  WHERE people.company_id IS NOT NULL
),
told AS (
  SELECT l.hubspot_id AS contact_id, l.quickbooks_id, l.matched_by, m.hubspot_id AS company_id
  FROM links AS l JOIN links AS m ON m.entity = 'customer' AND m.role = 'primary' AND m.hubspot_object = 'companies' AND m.quickbooks_id = l.quickbooks_id
  WHERE l.entity = 'customer' AND l.role = 'alias' AND l.hubspot_object = 'contacts'
),
contacts AS (
  SELECT id, (payload ->> '$.properties.qbo_alias_of') AS said, (payload ->> '$.properties.qbo_id') AS mark FROM mirror
  WHERE system = 'hubspot' AND object = 'contacts' AND gone IS NULL
)
SELECT b.company_id, b.contact_id, b.quickbooks_id, true AS joins, c.mark
FROM billed AS b JOIN contacts AS c ON c.id = b.contact_id
LEFT JOIN told AS t ON t.contact_id = b.contact_id AND t.quickbooks_id = b.quickbooks_id
WHERE b.quickbooks_id IS NULL OR t.contact_id IS NULL OR c.said IS DISTINCT FROM $realm || ':' || b.quickbooks_id
UNION ALL
SELECT t.company_id, t.contact_id, t.quickbooks_id, false, c.mark
FROM told AS t JOIN contacts AS c ON c.id = t.contact_id
LEFT JOIN billed AS b ON b.contact_id = t.contact_id AND b.company_id = t.company_id
WHERE t.matched_by = 'company' AND b.contact_id IS NULL
