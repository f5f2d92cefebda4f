-- A record has one row: whatever older row names one of its ids goes, and so do rows of copies that its row speaks for (a
-- payment's shares of invoices, told on their own while they could not be evaluated).
DELETE FROM record_states
WHERE EXISTS (SELECT 1 FROM incoming_states AS i WHERE i.entity = record_states.entity AND i.hubspot_id = record_states.hubspot_id)
   OR EXISTS (SELECT 1 FROM incoming_states AS i WHERE i.entity = record_states.entity AND i.quickbooks_id = record_states.quickbooks_id)
   OR (entity = 'payment' AND quickbooks_id IS NULL AND EXISTS (
     SELECT 1 FROM incoming_states AS i JOIN links AS l ON l.entity = 'payment' AND split_part(l.quickbooks_id, ':', 1) = i.quickbooks_id
     WHERE i.entity = 'payment' AND l.hubspot_id = record_states.hubspot_id))
