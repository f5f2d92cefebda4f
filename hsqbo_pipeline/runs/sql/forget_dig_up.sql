DELETE FROM tombstones USING links AS l
WHERE tombstones.reason = $reason AND tombstones.entity = l.entity
  AND tombstones.id = CASE tombstones.system WHEN 'hubspot' THEN l.hubspot_id ELSE split_part(l.quickbooks_id, ':', 1) END
