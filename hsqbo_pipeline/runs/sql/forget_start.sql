DELETE FROM meta WHERE key IN ('timezone', 'start')
