UPDATE journal SET
  status = news.status, settled_at = news.settled_at, code = news.code, target_id = coalesce(news.target_id, journal.target_id),
  remote_request = coalesce(news.remote_request, journal.remote_request)
FROM journal_news AS news
WHERE journal.write_id = news.write_id AND journal.status NOT IN ('confirmed', 'refused')
RETURNING journal.write_id
