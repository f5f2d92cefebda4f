SELECT state, count(*)::INTEGER AS records FROM record_states WHERE entity <> 'connection' GROUP BY state ORDER BY state
