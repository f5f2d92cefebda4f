-- The company that each contact of the candidates' invoices belongs to: its primary one, else its only one.
SELECT a.from_id AS contact_id,
  coalesce(min(a.to_id) FILTER (WHERE list_contains(a.type_ids, 1)), CASE WHEN count(*) = 1 THEN min(a.to_id) END) AS company_id
FROM associations AS a
JOIN mirror AS there ON there.system = 'hubspot' AND there.object = 'companies' AND there.id = a.to_id AND there.gone IS NULL
WHERE a.from_object = 'contacts' AND a.to_object = 'companies'
  AND a.from_id IN (SELECT w.id FROM wanted AS w WHERE w.entity = 'customer' AND w.system = 'hubspot')
GROUP BY a.from_id
