DELETE FROM meta WHERE key IN ('timezone', 'start', 'first_looked')
