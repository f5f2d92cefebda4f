-- A record has one row: whatever older row names one of its ids goes.
DELETE FROM record_states
WHERE EXISTS (SELECT 1 FROM incoming_states AS i WHERE i.entity = record_states.entity AND i.hubspot_id = record_states.hubspot_id)
   OR EXISTS (SELECT 1 FROM incoming_states AS i WHERE i.entity = record_states.entity AND i.quickbooks_id = record_states.quickbooks_id)
