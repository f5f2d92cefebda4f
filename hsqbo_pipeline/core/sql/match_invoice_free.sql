-- Due invoices without a link: one possible partner on either end makes a match, several are told, none is a single.
INSERT INTO pairs (entity, hubspot_id, quickbooks_id, kind, matched_by, candidates)
WITH found AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM pairs WHERE entity = 'invoice' AND hubspot_id IS NOT NULL
  UNION ALL SELECT 'quickbooks', quickbooks_id FROM pairs WHERE entity = 'invoice' AND quickbooks_id IS NOT NULL
),
partners AS (
  SELECT 'hubspot' AS system, hubspot_id AS id, list(quickbooks_id ORDER BY quickbooks_id) AS ids, min(rank) AS rank FROM invoice_edges GROUP BY hubspot_id
  UNION ALL
  SELECT 'quickbooks', quickbooks_id, list(hubspot_id ORDER BY hubspot_id), min(rank) FROM invoice_edges GROUP BY quickbooks_id
),
loose AS (
  SELECT due.system, due.id, coalesce(mine.ids, []) AS ids, mine.rank, coalesce(theirs.ids, []) AS rivals
  FROM due
  LEFT JOIN partners AS mine ON mine.system = due.system AND mine.id = due.id
  LEFT JOIN partners AS theirs ON theirs.system <> due.system AND theirs.id = mine.ids[1]
  WHERE due.entity = 'invoice'
    AND NOT EXISTS (SELECT 1 FROM found WHERE found.system = due.system AND found.id = due.id)
    -- What can't be read is told by its reject.
    AND NOT EXISTS (SELECT 1 FROM rejects AS r WHERE r.entity = 'invoice' AND r.system = due.system AND r.id = due.id)
),
judged AS (
  SELECT *, CASE WHEN len(ids) = 1 AND len(rivals) = 1 THEN 'matched' WHEN len(ids) > 0 THEN 'ambiguous' ELSE 'single' END AS kind FROM loose
)
SELECT DISTINCT 'invoice',
  CASE WHEN system = 'hubspot' THEN id WHEN kind = 'matched' THEN ids[1] END,
  CASE WHEN system = 'quickbooks' THEN id WHEN kind = 'matched' THEN ids[1] END,
  kind, CASE rank WHEN 1 THEN 'mark' WHEN 2 THEN 'external' WHEN 3 THEN 'number' END,
  CASE WHEN kind = 'ambiguous' THEN to_json({'same_side': list_filter(rivals, lambda each: each <> id), 'other_side': ids, 'claimed': []}) END
FROM judged
