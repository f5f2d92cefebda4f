SELECT system, object, complete_since, watermark, read_at, swept_at, properties FROM mirror_state ORDER BY ALL
