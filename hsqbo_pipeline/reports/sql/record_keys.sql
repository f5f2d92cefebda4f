SELECT record_key, entity, hubspot_id, quickbooks_id FROM record_states
