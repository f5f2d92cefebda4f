SELECT CASE $system WHEN 'hubspot' THEN hubspot_id ELSE quickbooks_id END AS id,
       CASE $system WHEN 'hubspot' THEN quickbooks_id ELSE hubspot_id END AS partner, role
FROM links
WHERE entity = $entity
  AND CASE $system WHEN 'hubspot' THEN hubspot_id ELSE quickbooks_id END IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY role, partner   -- alias before primary: the last one read wins
