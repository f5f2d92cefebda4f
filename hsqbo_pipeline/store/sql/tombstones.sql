SELECT * FROM tombstones ORDER BY entity, system, id
