-- What is known around each due pair of an entity beside its own rows: the link, the baseline, tombstones, what a person decided, and
-- the answers of both sides. Everything large is narrowed to the due ids before it is joined: the cost follows what changed.
CREATE OR REPLACE TEMP TABLE surroundings AS
WITH chosen AS MATERIALIZED (
  SELECT hubspot_id, quickbooks_id, kind, matched_by, candidates FROM pairs WHERE entity = $entity
),
owners AS MATERIALIZED (
  SELECT hubspot_id, quickbooks_id, owner FROM links
  WHERE entity = $entity AND hubspot_id IN (SELECT hubspot_id FROM chosen) AND quickbooks_id IN (SELECT quickbooks_id FROM chosen)
),
bases AS MATERIALIZED (
  SELECT hubspot_id, quickbooks_id, hubspot_fields, quickbooks_fields FROM baselines
  WHERE entity = $entity AND hubspot_id IN (SELECT hubspot_id FROM chosen) AND quickbooks_id IN (SELECT quickbooks_id FROM chosen)
),
h_mirror AS MATERIALIZED (
  SELECT id, gone, payload FROM mirror
  WHERE system = 'hubspot' AND object = $hubspot_object AND id IN (SELECT hubspot_id FROM chosen)
),
q_mirror AS MATERIALIZED (
  SELECT id, gone, payload FROM mirror
  WHERE system = 'quickbooks' AND object = $quickbooks_object AND id IN (SELECT quickbooks_id FROM chosen)
),
stones AS (
  SELECT system, id, reason FROM tombstones WHERE entity = $entity
),
people AS (
  SELECT system, id, list({'verb': verb, 'value': value, 'who': who, 'why': why, 'at': CAST(at_time AS DATE), 'until': until}) AS said
  FROM decisions WHERE entity = $entity GROUP BY system, id
)
SELECT chosen.*, owners.owner, moved_links.id IS NOT NULL AS moved,
  bases.hubspot_fields, bases.quickbooks_fields,
  h_stone.reason AS hubspot_stone, q_stone.reason AS quickbooks_stone,
  coalesce(h_people.said, []) AS hubspot_said, coalesce(q_people.said, []) AS quickbooks_said,
  h_mirror.gone AS hubspot_gone, q_mirror.gone AS quickbooks_gone,
  h_mirror.payload AS hubspot_payload, q_mirror.payload AS quickbooks_payload
FROM chosen
LEFT JOIN owners ON owners.hubspot_id = chosen.hubspot_id AND owners.quickbooks_id = chosen.quickbooks_id
LEFT JOIN moved_links ON moved_links.entity = $entity AND moved_links.run_id = $run_id AND moved_links.id = chosen.hubspot_id
LEFT JOIN bases ON bases.hubspot_id = chosen.hubspot_id AND bases.quickbooks_id = chosen.quickbooks_id
LEFT JOIN stones AS h_stone ON h_stone.system = 'hubspot' AND h_stone.id = chosen.hubspot_id
LEFT JOIN stones AS q_stone ON q_stone.system = 'quickbooks' AND q_stone.id = chosen.quickbooks_id
LEFT JOIN people AS h_people ON h_people.system = 'hubspot' AND h_people.id = chosen.hubspot_id
LEFT JOIN people AS q_people ON q_people.system = 'quickbooks' AND q_people.id = chosen.quickbooks_id
LEFT JOIN h_mirror ON h_mirror.id = chosen.hubspot_id
LEFT JOIN q_mirror ON q_mirror.id = chosen.quickbooks_id
