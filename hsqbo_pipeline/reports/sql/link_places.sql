-- Whose screens show this connection's records, as the last run knew it.
SELECT value FROM meta WHERE key = 'places'
