SELECT system, object, coalesce(code, 'SYS_EXTRACT_TRUNCATED') AS code FROM reads WHERE run_id = $run_id AND NOT complete ORDER BY ALL
