DELETE FROM pairs WHERE entity = $entity
