SELECT id, payload::VARCHAR AS payload FROM mirror WHERE system = $system AND object = $object AND id IN (SELECT unnest($ids::VARCHAR[]))
