-- What processors kept, by day of payment, payout day and currency. Nothing is posted: a person books it (A44, A45).
INSERT INTO fees (run_id, day, payout_date, currency, payments, processing_fee, platform_fee)
SELECT $run_id, paid_on, payout_date, currency, count(*), sum(coalesce(processing_fee, 0)), sum(coalesce(platform_fee, 0))
FROM payments
WHERE system = 'hubspot' AND active AND paid_on IS NOT NULL AND (coalesce(processing_fee, 0) <> 0 OR coalesce(platform_fee, 0) <> 0)
GROUP BY paid_on, payout_date, currency
