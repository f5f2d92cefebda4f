-- A record that can't be read has to be told of, as long as it can't.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT entity, system, id, 'rejected', $run_id FROM rejects WHERE entity = $entity AND run_id = $run_id
ON CONFLICT DO NOTHING
