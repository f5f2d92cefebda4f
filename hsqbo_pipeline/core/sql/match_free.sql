-- Due records without a partner: one possible partner and no rival makes a match, anything else is said and never guessed.
INSERT INTO pairs (entity, hubspot_id, quickbooks_id, kind, matched_by, candidates)
WITH free AS (
  SELECT system, id, key FROM rivals WHERE partner IS NULL
),
edges AS (
  SELECT DISTINCT h.id AS hubspot_id, q.id AS quickbooks_id
  FROM free AS h JOIN free AS q ON q.key = h.key AND q.system = 'quickbooks'
  WHERE h.system = 'hubspot'
),
partners AS (
  SELECT 'hubspot' AS system, hubspot_id AS id, list(quickbooks_id ORDER BY quickbooks_id) AS ids FROM edges GROUP BY hubspot_id
  UNION ALL
  SELECT 'quickbooks', quickbooks_id, list(hubspot_id ORDER BY hubspot_id) FROM edges GROUP BY quickbooks_id
),
twins AS (
  SELECT a.system, a.id, list(DISTINCT b.id ORDER BY b.id) AS ids, list(DISTINCT a.key ORDER BY a.key) AS keys
  FROM free AS a JOIN rivals AS b ON b.key = a.key AND b.system = a.system AND b.id <> a.id
  GROUP BY a.system, a.id
),
claimed AS (
  SELECT a.system, a.id, list(DISTINCT {'id': b.id, 'partner': b.partner} ORDER BY {'id': b.id, 'partner': b.partner}) AS ids
  FROM free AS a JOIN rivals AS b ON b.key = a.key AND b.system <> a.system AND b.partner IS NOT NULL
  GROUP BY a.system, a.id
),
due_free AS (
  SELECT due.system, due.id, coalesce(partners.ids, []) AS partner_ids, coalesce(twins.ids, []) AS twin_ids, coalesce(claimed.ids, []) AS claimed_ids,
         coalesce(twins.keys, []) AS keys,
         partners.ids[1] AS partner_id
  FROM due
  LEFT JOIN partners ON partners.system = due.system AND partners.id = due.id
  LEFT JOIN twins ON twins.system = due.system AND twins.id = due.id
  LEFT JOIN claimed ON claimed.system = due.system AND claimed.id = due.id
  WHERE due.entity = $entity
    AND NOT EXISTS (SELECT 1 FROM pairs WHERE pairs.entity = $entity AND due.system = 'hubspot' AND pairs.hubspot_id = due.id)
    AND NOT EXISTS (SELECT 1 FROM pairs WHERE pairs.entity = $entity AND due.system = 'quickbooks' AND pairs.quickbooks_id = due.id)
),
judged AS (
  SELECT due_free.*,
    CASE
      WHEN len(twin_ids) > 0 THEN 'shared'
      WHEN len(partner_ids) = 1 AND len(other.ids) = 1 AND rival.ids IS NULL THEN 'matched'
      WHEN len(partner_ids) > 0 THEN 'ambiguous'
      WHEN len(claimed_ids) > 0 THEN 'claimed'
      ELSE 'single'
    END AS kind
  FROM due_free
  LEFT JOIN partners AS other ON other.system <> due_free.system AND other.id = due_free.partner_id
  LEFT JOIN twins AS rival ON rival.system <> due_free.system AND rival.id = due_free.partner_id
)
SELECT DISTINCT $entity,
  CASE WHEN system = 'hubspot' THEN id WHEN kind = 'matched' THEN partner_id END,
  CASE WHEN system = 'quickbooks' THEN id WHEN kind = 'matched' THEN partner_id END,
  kind, $matched_by,
  CASE WHEN kind IN ('matched', 'single') THEN NULL
    ELSE to_json({'same_side': twin_ids, 'other_side': partner_ids, 'claimed': claimed_ids, 'keys': keys}) END
FROM judged
