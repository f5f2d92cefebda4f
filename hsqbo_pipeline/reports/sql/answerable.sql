SELECT record_key, entity, hubspot_id, quickbooks_id, code FROM record_states WHERE state IN ('FAILING', 'WAITING')
