-- For each customer of the payments to decide about: the nearest of it and its ancestors that HubSpot knows, or is about to know.
WITH RECURSIVE family AS (
  SELECT DISTINCT p.customer_id AS customer, p.customer_id AS member, 0 AS distance
  FROM payments AS p JOIN pairs AS c ON c.entity = 'payment' AND c.quickbooks_id = p.id WHERE p.system = 'quickbooks' AND p.customer_id IS NOT NULL
  UNION ALL
  SELECT f.customer, c.parent_id, f.distance + 1 FROM family AS f
  JOIN customers AS c ON c.system = 'quickbooks' AND c.id = f.member WHERE c.parent_id IS NOT NULL AND f.distance < 10
),
known AS (
  SELECT quickbooks_id AS member, min(hubspot_id) FILTER (WHERE role = 'primary') AS contact FROM links WHERE entity = 'customer' GROUP BY quickbooks_id
  UNION ALL
  SELECT v.quickbooks_id, NULL FROM verdicts AS v
  WHERE v.run_id = $run_id AND v.entity = 'customer' AND v.quickbooks_id IS NOT NULL AND len(v.operation_ids) > 0
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'customer' AND l.quickbooks_id = v.quickbooks_id)
)
SELECT f.customer, f.member, k.contact, h.company_id
FROM family AS f JOIN known AS k ON k.member = f.member
LEFT JOIN customers AS h ON h.system = 'hubspot' AND h.id = k.contact
QUALIFY row_number() OVER (PARTITION BY f.customer ORDER BY f.distance) = 1
