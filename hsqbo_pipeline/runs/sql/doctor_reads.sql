-- Reads of QuickBooks by runs since a day.
SELECT coalesce(sum((requests ->> '$.quickbooks_reads')::BIGINT), 0)::BIGINT AS reads FROM runs WHERE started_at >= $since::TIMESTAMPTZ
