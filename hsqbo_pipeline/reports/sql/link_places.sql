-- Where the two systems' own pages are, as the links remember it.
SELECT portal, realm, environment FROM links GROUP BY ALL ORDER BY max(since_at) DESC LIMIT 1
