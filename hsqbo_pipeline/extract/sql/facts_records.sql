SELECT id, payload::VARCHAR AS payload FROM mirror WHERE system = $system AND object = $object AND gone IS NULL ORDER BY id
