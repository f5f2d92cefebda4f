SELECT id FROM mirror
WHERE system = $system AND object = $object AND gone IS NULL AND id IN (SELECT unnest($ids::VARCHAR[]))
