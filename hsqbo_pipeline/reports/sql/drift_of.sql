-- What a person had written in the moment between our look and our write.
SELECT entity, hubspot_id, quickbooks_id, field, hubspot_value, quickbooks_value, status FROM drift WHERE run_id = $run_id ORDER BY at_time, entity, field
