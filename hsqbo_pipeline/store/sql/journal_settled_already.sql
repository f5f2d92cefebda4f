SELECT write_id FROM journal WHERE write_id IN (SELECT unnest($write_ids::VARCHAR[])) AND status IN ('confirmed', 'refused') ORDER BY ALL
