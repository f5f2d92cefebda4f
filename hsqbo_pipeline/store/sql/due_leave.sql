DELETE FROM due WHERE entity = $entity AND system = $system AND id IN (SELECT unnest($ids::VARCHAR[]))
