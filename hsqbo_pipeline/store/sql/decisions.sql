SELECT * FROM decisions ORDER BY entity, system, id, verb
