SELECT entity, state, detail, count(*) AS records FROM record_states GROUP BY ALL ORDER BY ALL
