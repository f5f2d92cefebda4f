-- Requests of finished runs: HubSpot counts a day, QuickBooks' meter a month and reads only.
SELECT
  coalesce(sum(coalesce((requests->>'$.hubspot_reads')::BIGINT, 0) + coalesce((requests->>'$.hubspot_writes')::BIGINT, 0))
    FILTER (ended_at > $ended_at::TIMESTAMPTZ - INTERVAL 1 DAY), 0)::BIGINT AS hubspot,
  coalesce(sum(coalesce((requests->>'$.quickbooks_reads')::BIGINT, 0)) FILTER (date_trunc('month', ended_at) = date_trunc('month', $ended_at::TIMESTAMPTZ)), 0)::BIGINT AS quickbooks
FROM runs WHERE ended_at <= $ended_at::TIMESTAMPTZ
