-- Pairs of invoices, field by field, where the two sides do not say the same. The customer is the same where a pair of customers says so.
WITH pairs_of AS (
  SELECT l.hubspot_id, l.quickbooks_id, l.owner, h.source, h.external_id, coalesce(h.number, q.number) AS label, h, q,
    EXISTS (SELECT 1 FROM links AS c WHERE c.entity = 'customer' AND list_contains(list_concat(coalesce(h.contact_ids, []), coalesce(h.company_ids, [])), c.hubspot_id)
      AND (c.quickbooks_id = q.customer_id OR c.quickbooks_id = (SELECT parent_id FROM customers AS j WHERE j.system = 'quickbooks' AND j.id = q.customer_id))) AS same_customer,
    (SELECT count(*) FROM invoice_lines AS n WHERE n.system = 'hubspot' AND n.invoice_id = h.id AND n.kind = 'item') AS hubspot_lines,
    (SELECT count(*) FROM invoice_lines AS n WHERE n.system = 'quickbooks' AND n.invoice_id = q.id AND n.kind = 'item') AS quickbooks_lines
  FROM links AS l
  JOIN invoices AS h ON h.system = 'hubspot' AND h.id = l.hubspot_id
  JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE l.entity = 'invoice'
),
told AS (
  SELECT *, unnest([
    {'place': 1, 'field': 'number', 'hubspot': h.number, 'quickbooks': q.number, 'apart': NULL::DECIMAL(18,2)},
    {'place': 2, 'field': 'customer', 'hubspot': if(same_customer, NULL, coalesce(array_to_string(list_concat(coalesce(h.contact_ids, []), coalesce(h.company_ids, [])), ', '), '')),
      'quickbooks': if(same_customer, NULL, coalesce((SELECT c.display_name FROM customers AS c WHERE c.system = 'quickbooks' AND c.id = q.customer_id), q.customer_id)), 'apart': NULL},
    {'place': 3, 'field': 'day', 'hubspot': h.invoice_date::VARCHAR, 'quickbooks': q.invoice_date::VARCHAR, 'apart': NULL},
    {'place': 4, 'field': 'due', 'hubspot': h.due_date::VARCHAR, 'quickbooks': q.due_date::VARCHAR, 'apart': NULL},
    {'place': 5, 'field': 'currency', 'hubspot': h.currency, 'quickbooks': q.currency, 'apart': NULL},
    {'place': 6, 'field': 'total', 'hubspot': h.total::VARCHAR, 'quickbooks': q.total::VARCHAR, 'apart': h.total - q.total},
    {'place': 7, 'field': 'tax', 'hubspot': coalesce(h.tax, 0)::DECIMAL(18,2)::VARCHAR, 'quickbooks': coalesce(q.tax, 0)::DECIMAL(18,2)::VARCHAR, 'apart': coalesce(h.tax, 0) - coalesce(q.tax, 0)},
    {'place': 8, 'field': 'balance', 'hubspot': coalesce(h.qbo_balance, h.balance)::VARCHAR, 'quickbooks': q.balance::VARCHAR, 'apart': coalesce(h.qbo_balance, h.balance) - q.balance},
    {'place': 9, 'field': 'status', 'hubspot': h.status, 'quickbooks': q.status, 'apart': NULL},
    {'place': 10, 'field': 'lines', 'hubspot': hubspot_lines::VARCHAR, 'quickbooks': quickbooks_lines::VARCHAR, 'apart': NULL}
  ]) AS said FROM pairs_of
)
SELECT hubspot_id, quickbooks_id, label, owner, lower(coalesce(source, '')) IN ('data_sync', 'data sync', 'quickbooks') OR external_id IS NOT NULL AS by_other_sync,
  said.field AS field, said.hubspot AS hubspot, said.quickbooks AS quickbooks, said.apart AS apart, q.currency AS currency
FROM told
WHERE said.hubspot IS DISTINCT FROM said.quickbooks
ORDER BY label, hubspot_id, said.place
