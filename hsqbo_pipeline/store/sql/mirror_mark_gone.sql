-- Its last payload stays: reports and history still name it. A stub's time becomes the row's, so nothing older revives it.
UPDATE mirror SET
  gone = news.gone, merged_into = news.merged_into, modified_at = greatest(mirror.modified_at, coalesce(news.modified_at, mirror.modified_at)),
  seen_run = $run_id
FROM gone_records AS news
WHERE mirror.system = $system AND mirror.object = $object AND mirror.id = news.id
  AND (mirror.gone IS DISTINCT FROM news.gone OR mirror.merged_into IS DISTINCT FROM news.merged_into)
  AND (mirror.gone IS DISTINCT FROM 'merged' OR news.gone = 'merged')
RETURNING mirror.id
