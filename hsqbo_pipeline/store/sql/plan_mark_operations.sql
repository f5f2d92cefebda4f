UPDATE operations SET status = news.status, code = news.code, slots = news.slots
FROM operation_news AS news
WHERE operations.plan_hash = $hash AND operations.operation_id = news.operation_id
RETURNING operations.operation_id
