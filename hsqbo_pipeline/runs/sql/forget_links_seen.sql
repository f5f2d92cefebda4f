DELETE FROM links_seen
