INSERT OR IGNORE INTO due SELECT DISTINCT entity, system, id, 'books', $run_id FROM booked
