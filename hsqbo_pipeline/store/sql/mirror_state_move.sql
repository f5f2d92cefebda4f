INSERT INTO mirror_state (system, object, complete_since, watermark, read_at, swept_at, properties)
VALUES ($system, $object, CASE WHEN $whole THEN $read_at END, $watermark, $read_at, CASE WHEN $whole THEN $read_at END, $properties)
ON CONFLICT (system, object) DO UPDATE SET
  complete_since = CASE WHEN $whole THEN coalesce(mirror_state.complete_since, excluded.complete_since) ELSE mirror_state.complete_since END,
  watermark = greatest(mirror_state.watermark, excluded.watermark), read_at = excluded.read_at,
  swept_at = coalesce(excluded.swept_at, mirror_state.swept_at),
  properties = CASE WHEN $whole THEN excluded.properties ELSE mirror_state.properties END
