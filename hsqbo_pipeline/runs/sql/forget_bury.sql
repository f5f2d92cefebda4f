-- Both ends of every pair get no partner again until they are tied or released; a payment's shares are its payment. A tombstone
-- that is there already says more than "forgotten". The stand-in item for lines without one is no record of HubSpot.
INSERT OR IGNORE INTO tombstones (entity, system, id, partner_id, reason, run_id, at_time)
SELECT entity, system, id, min(partner_id), $reason, $run_id, $at_time FROM (
  SELECT entity, 'hubspot' AS system, hubspot_id AS id, quickbooks_id AS partner_id FROM links
  UNION ALL SELECT entity, 'quickbooks', split_part(quickbooks_id, ':', 1), hubspot_id FROM links
)
WHERE NOT starts_with(id, 'custom-line-item') AND NOT starts_with(partner_id, 'custom-line-item')
GROUP BY entity, system, id
