-- What the keys say of everything that has no link yet; who simply has no partner is no pair of another sync.
SELECT p.entity, p.hubspot_id, p.quickbooks_id, p.kind, p.matched_by, p.candidates, h.source, h.billable,
  coalesce(c.display_name, c.email, i.name, i.sku, h.number, q.number) AS label
FROM pairs AS p
LEFT JOIN customers AS c ON p.entity = 'customer'
  AND ((c.system = 'quickbooks' AND c.id = p.quickbooks_id) OR (p.quickbooks_id IS NULL AND c.system = 'hubspot' AND c.id = p.hubspot_id))
LEFT JOIN products AS i ON p.entity = 'product'
  AND ((i.system = 'quickbooks' AND i.id = p.quickbooks_id) OR (p.quickbooks_id IS NULL AND i.system = 'hubspot' AND i.id = p.hubspot_id))
LEFT JOIN invoices AS h ON p.entity = 'invoice' AND h.system = 'hubspot' AND h.id = p.hubspot_id
LEFT JOIN invoices AS q ON p.entity = 'invoice' AND q.system = 'quickbooks' AND q.id = p.quickbooks_id
WHERE p.entity IN ('customer', 'product', 'invoice') AND p.kind IN ('matched', 'shared', 'ambiguous', 'claimed')
  AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = p.entity AND (l.hubspot_id = p.hubspot_id OR l.quickbooks_id = p.quickbooks_id))
ORDER BY p.entity, p.kind, p.hubspot_id, p.quickbooks_id
