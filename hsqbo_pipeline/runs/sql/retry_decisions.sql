SELECT entity, id FROM decisions WHERE verb = 'retry' AND (until IS NULL OR until >= $today)
