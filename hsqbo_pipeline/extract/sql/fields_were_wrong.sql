-- Whether an object stood still in the last run because of a field: its definitions may be others by now.
SELECT record_key FROM record_states WHERE entity = 'connection' AND starts_with(code, 'CFG_FIELD') LIMIT 1
