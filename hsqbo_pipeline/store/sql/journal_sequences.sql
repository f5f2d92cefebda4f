-- The number the next operation of a record takes: a new one once the last operation got an answer and nothing of it is open.
WITH operations_so_far AS (
  SELECT entity, source_system, source_id, operation_id, max(sequence) AS sequence,
         bool_or(status IN ('confirmed', 'refused')) AND NOT bool_or(status IN ('intended', 'uncertain')) AS answered
  FROM journal GROUP BY ALL
)
SELECT entity, source_system, source_id, max(CASE WHEN answered THEN sequence + 1 ELSE sequence END) AS next
FROM operations_so_far GROUP BY ALL
