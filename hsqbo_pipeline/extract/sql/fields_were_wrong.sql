-- Whether an object stood still in the last run because of a field: its definitions may be others by now.
SELECT record_key FROM record_states WHERE entity = 'connection' AND code IN ('CFG_FIELD_MISSING', 'CFG_FIELD_READ_ONLY', 'CFG_FIELD_TYPE_UNSUPPORTED', 'CFG_FIELD_CATEGORY', 'CFG_CUSTOM_FIELD_LIMIT', 'CFG_CUSTOM_FIELD_NOT_VISIBLE')
LIMIT 1
