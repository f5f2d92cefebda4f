SELECT * FROM record_states
WHERE ($state IS NULL OR state = $state) AND ($entity IS NULL OR entity = $entity)
ORDER BY entity, state, code, label, record_key
