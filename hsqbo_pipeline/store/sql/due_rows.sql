SELECT * FROM due WHERE $entity IS NULL OR entity = $entity ORDER BY entity, system, id
