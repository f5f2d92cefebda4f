SELECT entity AS object, count(*) FILTER (state = 'IN_SYNC')::INTEGER AS in_sync, count(*) FILTER (class = 'WARNING')::INTEGER AS with_warning,
  count(*) FILTER (state = 'FAILING')::INTEGER AS failing, count(*) FILTER (state = 'EXCLUDED')::INTEGER AS excluded,
  count(*) FILTER (state = 'WAITING')::INTEGER AS waiting, count(*) FILTER (state = 'BLOCKED')::INTEGER AS blocked, count(*)::INTEGER AS records
FROM record_states GROUP BY entity ORDER BY entity
