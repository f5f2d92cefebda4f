SELECT value FROM meta WHERE key = 'first_looked'
