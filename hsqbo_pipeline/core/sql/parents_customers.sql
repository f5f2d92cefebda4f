-- The customers behind the wanted ids, and those that a wanted contact is linked or about to be linked with.
SELECT c.system, c.id, c.display_name, c.first_name, c.last_name, c.email, c.active, c.currency, c.taxable, c.parent_id, c.company_id,
  EXISTS (
    SELECT 1 FROM associations AS a
    WHERE a.from_object = 'contacts' AND a.from_id = c.id AND a.to_object = 'companies' AND list_has_any(a.type_ids, [930, 931])
  ) AS is_billing_contact
FROM customers AS c
WHERE EXISTS (SELECT 1 FROM wanted AS w WHERE w.entity = 'customer' AND w.system = c.system AND w.id = c.id)
   OR (c.system = 'quickbooks' AND EXISTS (
     SELECT 1 FROM wanted AS w JOIN links AS l ON l.entity = 'customer' AND l.hubspot_id = w.id
     WHERE w.entity = 'customer' AND w.system = 'hubspot' AND l.quickbooks_id = c.id))
   OR (c.system = 'quickbooks' AND EXISTS (
     SELECT 1 FROM wanted AS w JOIN pairs AS p ON p.entity = 'customer' AND p.kind = 'matched' AND p.hubspot_id = w.id
     WHERE w.entity = 'customer' AND w.system = 'hubspot' AND p.quickbooks_id = c.id))
   OR (c.system = 'hubspot' AND EXISTS (
     SELECT 1 FROM wanted AS w JOIN links AS l ON l.entity = 'customer' AND l.quickbooks_id = w.id
     WHERE w.entity = 'customer' AND w.system = 'quickbooks' AND l.hubspot_id = c.id))
   OR (c.system = 'hubspot' AND EXISTS (
     SELECT 1 FROM wanted AS w JOIN pairs AS p ON p.entity = 'customer' AND p.kind = 'matched' AND p.quickbooks_id = w.id
     WHERE w.entity = 'customer' AND w.system = 'quickbooks' AND p.hubspot_id = c.id))
ORDER BY c.system, c.id
