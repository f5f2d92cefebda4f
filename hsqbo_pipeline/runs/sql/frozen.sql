SELECT key, value FROM meta WHERE key IN ('timezone', 'start')
