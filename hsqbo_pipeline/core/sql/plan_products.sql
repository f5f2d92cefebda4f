-- Everything the rules look at for each due product or pair: both rows, the baseline, tombstones, what a person decided. In the order in
-- which names are given away: by id, as records were made (a product may carry an earlier day than the ones before it).
WITH chosen AS (
  SELECT * FROM pairs WHERE entity = 'product'
),
stones AS (
  SELECT system, id, reason FROM tombstones WHERE entity = 'product'
),
people AS (
  SELECT system, id, list({'verb': verb, 'value': value, 'who': who, 'why': why, 'at': CAST(at_time AS DATE), 'until': until}) AS said
  FROM decisions WHERE entity = 'product' GROUP BY system, id
)
SELECT chosen.hubspot_id, chosen.quickbooks_id, chosen.kind, chosen.matched_by, chosen.candidates, owners.owner,
  moved_links.id IS NOT NULL AS moved,
  h AS hubspot, q AS quickbooks,
  baselines.hubspot_fields, baselines.quickbooks_fields,
  h_stone.reason AS hubspot_stone, q_stone.reason AS quickbooks_stone,
  coalesce(h_people.said, []) AS hubspot_said, coalesce(q_people.said, []) AS quickbooks_said,
  h_mirror.gone AS hubspot_gone, q_mirror.gone AS quickbooks_gone,
  h_mirror.payload AS hubspot_payload, q_mirror.payload AS quickbooks_payload
FROM chosen
LEFT JOIN products AS h ON h.system = 'hubspot' AND h.id = chosen.hubspot_id
LEFT JOIN products AS q ON q.system = 'quickbooks' AND q.id = chosen.quickbooks_id
LEFT JOIN links AS owners ON owners.entity = 'product' AND owners.hubspot_id = chosen.hubspot_id AND owners.quickbooks_id = chosen.quickbooks_id
LEFT JOIN moved_links ON moved_links.entity = 'product' AND moved_links.run_id = $run_id AND moved_links.id = chosen.hubspot_id
LEFT JOIN baselines ON baselines.entity = 'product' AND baselines.hubspot_id = chosen.hubspot_id AND baselines.quickbooks_id = chosen.quickbooks_id
LEFT JOIN stones AS h_stone ON h_stone.system = 'hubspot' AND h_stone.id = chosen.hubspot_id
LEFT JOIN stones AS q_stone ON q_stone.system = 'quickbooks' AND q_stone.id = chosen.quickbooks_id
LEFT JOIN people AS h_people ON h_people.system = 'hubspot' AND h_people.id = chosen.hubspot_id
LEFT JOIN people AS q_people ON q_people.system = 'quickbooks' AND q_people.id = chosen.quickbooks_id
LEFT JOIN mirror AS h_mirror ON h_mirror.system = 'hubspot' AND h_mirror.object = 'products' AND h_mirror.id = chosen.hubspot_id
LEFT JOIN mirror AS q_mirror ON q_mirror.system = 'quickbooks' AND q_mirror.object = 'Item' AND q_mirror.id = chosen.quickbooks_id
ORDER BY length(coalesce(chosen.hubspot_id, chosen.quickbooks_id)), coalesce(chosen.hubspot_id, chosen.quickbooks_id)
