DELETE FROM tombstones WHERE entity = $entity AND system = $system AND id = $id RETURNING id
