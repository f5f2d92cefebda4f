DELETE FROM decisions WHERE entity = $entity AND system = $system AND id = $id AND verb = $verb RETURNING id
