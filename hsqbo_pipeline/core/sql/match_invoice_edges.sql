-- Which unlinked invoices could be one another: by a mark of ours (1), by the id that HubSpot's own sync left (2), by number
-- where customer, day, currency and total agree to the cent (3, N4). A number alone proves nothing.
CREATE OR REPLACE TEMP TABLE invoice_edges AS
WITH taken AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM links WHERE entity = 'invoice'
  UNION ALL SELECT 'quickbooks', quickbooks_id FROM links WHERE entity = 'invoice'
),
free AS (
  SELECT i.* FROM invoices AS i
  WHERE NOT EXISTS (SELECT 1 FROM taken WHERE taken.system = i.system AND taken.id = i.id)
    AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = 'invoice' AND t.system = i.system AND t.id = i.id)
),
h AS (SELECT *, lower(trim(number)) AS key FROM free WHERE system = 'hubspot'),
q AS (SELECT *, lower(trim(number)) AS key FROM free WHERE system = 'quickbooks'),
known_customers AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'customer'
  UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'matched'
),
-- A job's invoice may have been billed to its parent's contact.
payers AS (
  SELECT quickbooks_id, hubspot_id FROM known_customers
  UNION SELECT c.id, k.hubspot_id FROM customers AS c JOIN known_customers AS k ON k.quickbooks_id = c.parent_id WHERE c.system = 'quickbooks'
),
edges AS (
  SELECT h.id AS hubspot_id, q.id AS quickbooks_id, 1 AS rank FROM h JOIN q ON h.mark = $realm || ':' || q.id
  UNION ALL
  SELECT h.id, q.id, 1 FROM h JOIN q ON q.mark = 'invoice ' || h.id
  UNION ALL
  SELECT h.id, q.id, 2 FROM h JOIN q ON h.external_id = q.id AND h.key = q.key AND h.currency = q.currency
  UNION ALL
  SELECT h.id, q.id, 3 FROM h JOIN q ON h.key = q.key AND h.currency = q.currency AND h.invoice_date = q.invoice_date AND h.total = q.total
  WHERE h.status IN ('open', 'paid') AND q.status IN ('open', 'paid')
    AND EXISTS (SELECT 1 FROM payers WHERE payers.quickbooks_id = q.customer_id
                AND list_contains(list_concat(coalesce(h.contact_ids, []), coalesce(h.company_ids, [])), payers.hubspot_id))
),
best AS (
  SELECT hubspot_id, quickbooks_id, min(rank) AS rank FROM edges GROUP BY hubspot_id, quickbooks_id
)
SELECT *, min(rank) OVER (PARTITION BY hubspot_id) AS hubspot_rank, min(rank) OVER (PARTITION BY quickbooks_id) AS quickbooks_rank FROM best
QUALIFY rank = least(hubspot_rank, quickbooks_rank)
