-- What another sync (HubSpot's own, as a rule) has left in HubSpot, and when it was last at work.
SELECT count(*)::INTEGER AS copies, min(created_at) AS first_at, max(created_at) AS last_at,
  count(*) FILTER (created_at > $start)::INTEGER AS since_start
FROM invoices
WHERE system = 'hubspot' AND mark IS NULL AND (external_id IS NOT NULL OR lower(coalesce(source, '')) IN ('data_sync', 'data sync', 'quickbooks'))
