-- What a later call has to know of this one.
INSERT OR REPLACE INTO meta VALUES ($key, $value)
