SELECT entity, state, count(*) AS records FROM record_states WHERE entity <> 'connection' GROUP BY entity, state ORDER BY entity, state
