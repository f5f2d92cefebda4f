-- Months of the books by state; what has no day stands under ''.
SELECT coalesce(strftime(business_day, '%Y-%m'), '') AS month, count(*)::INTEGER AS records,
  count(*) FILTER (state = 'IN_SYNC')::INTEGER AS in_sync, count(*) FILTER (state = 'FAILING')::INTEGER AS failing,
  count(*) FILTER (state = 'WAITING')::INTEGER AS waiting, count(*) FILTER (state = 'EXCLUDED')::INTEGER AS excluded,
  count(*) FILTER (state = 'BLOCKED')::INTEGER AS blocked
FROM record_states WHERE entity <> 'connection' GROUP BY ALL ORDER BY month
