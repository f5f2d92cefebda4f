-- Their children are marked.
DELETE FROM links_seen WHERE list_contains($parents, entity)
