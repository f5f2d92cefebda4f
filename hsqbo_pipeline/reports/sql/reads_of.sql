SELECT r.system, r.object, r.complete, r.code, r.detail, r.records, r.requests, r.read_at, m.watermark, m.swept_at
FROM reads AS r LEFT JOIN mirror_state AS m ON m.system = r.system AND m.object = r.object
WHERE r.run_id = $run_id ORDER BY r.complete, r.system, r.object
