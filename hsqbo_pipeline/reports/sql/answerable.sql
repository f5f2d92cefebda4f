-- What a worklist may answer: open rows, and pairs in step whose values differed when they were linked (H20).
SELECT record_key, entity, hubspot_id, quickbooks_id, code FROM record_states WHERE state IN ('FAILING', 'WAITING')
UNION ALL
SELECT record_key, entity, hubspot_id, quickbooks_id, 'REC_DRIFT' FROM record_states
WHERE state = 'IN_SYNC' AND len(list_filter(from_json(reasons::VARCHAR::JSON, '["JSON"]'), lambda each: (each ->> '$.slots.first_link') = 'true')) > 0
