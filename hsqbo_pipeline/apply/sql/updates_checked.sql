UPDATE journal SET history_checked = true WHERE write_id IN (SELECT unnest($write_ids::VARCHAR[]))
