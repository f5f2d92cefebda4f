-- Tombstones that were lifted, of records that are still without a link. A payment is tied by its shares.
INSERT OR IGNORE INTO tombstones BY NAME
SELECT l.* FROM lifted AS l
WHERE NOT EXISTS (SELECT 1 FROM links AS k WHERE k.entity = l.entity
  AND l.id IN (CASE l.system WHEN 'hubspot' THEN k.hubspot_id ELSE k.quickbooks_id END, CASE l.system WHEN 'quickbooks' THEN split_part(k.quickbooks_id, ':', 1) END))
