-- What processors kept, by day of payment, payout day and currency. Nothing is posted: a person books it (A44, A45). No payment's fee
-- is left out: one without a day of its own stands on the day it was made.
INSERT INTO fees (run_id, day, payout_date, currency, payments, processing_fee, platform_fee)
SELECT $run_id, coalesce(paid_on, CAST(created_at AT TIME ZONE $zone AS DATE)) AS day, payout_date, currency, count(*),
  sum(coalesce(processing_fee, 0)), sum(coalesce(platform_fee, 0))
FROM payments
WHERE system = 'hubspot' AND active AND (coalesce(processing_fee, 0) <> 0 OR coalesce(platform_fee, 0) <> 0)
GROUP BY ALL
