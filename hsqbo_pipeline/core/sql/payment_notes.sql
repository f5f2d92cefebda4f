-- The notes that were put on deals for an allocation: each note's id and what it says, from the journal of our own writes.
SELECT j.source_id AS allocation, coalesce(j.target_id, '') AS id, j.body ->> '$.hs_note_body' AS body, j.action
FROM journal AS j
WHERE j.object = 'notes' AND j.entity = 'payment' AND j.status = 'confirmed' AND j.target_id IS NOT NULL
  AND j.source_id IN (
    SELECT l.quickbooks_id FROM links AS l JOIN pairs AS p ON p.entity = 'payment' AND p.quickbooks_id = string_split(l.quickbooks_id, ':')[1]
    WHERE l.entity = 'payment')
ORDER BY j.source_id, j.settled_at, j.write_id
