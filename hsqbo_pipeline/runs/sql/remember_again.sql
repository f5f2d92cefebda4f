DELETE FROM meta WHERE key = 'forgotten'
