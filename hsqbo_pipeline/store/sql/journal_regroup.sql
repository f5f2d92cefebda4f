UPDATE journal SET request_id = news.request_id, batch_id = news.batch_id, position = news.position
FROM journal_news AS news
WHERE journal.write_id = news.write_id AND journal.status IN ('intended', 'uncertain')
RETURNING journal.write_id
