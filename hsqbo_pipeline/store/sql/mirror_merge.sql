-- Rows of one staged part into the mirror: a row never goes back, and one that says nothing new is left alone.
-- $consistent is false for search results, which may still show a record that is gone.
INSERT INTO mirror BY NAME
SELECT $system AS system, $object AS object, id, version, created_at, modified_at, gone, NULL AS merged_into, payload,
       md5_number_lower(payload) AS payload_hash, $run_id AS seen_run
FROM staged_records
WHERE true
ON CONFLICT (system, object, id) DO UPDATE SET
  version = excluded.version, created_at = coalesce(excluded.created_at, mirror.created_at), modified_at = excluded.modified_at, gone = excluded.gone,
  merged_into = NULL, payload = excluded.payload, payload_hash = excluded.payload_hash, seen_run = excluded.seen_run
WHERE coalesce(excluded.modified_at >= mirror.modified_at, true)
  AND NOT coalesce(
    excluded.modified_at = mirror.modified_at AND TRY_CAST(excluded.version AS BIGINT) < TRY_CAST(mirror.version AS BIGINT), false)
  AND (excluded.payload_hash IS DISTINCT FROM mirror.payload_hash OR excluded.gone IS DISTINCT FROM mirror.gone)
  AND (mirror.gone IS NULL OR excluded.gone IS NOT NULL OR $consistent OR coalesce(excluded.modified_at > mirror.modified_at, false))
RETURNING id
