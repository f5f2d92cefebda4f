SELECT day, payout_date, currency, payments, processing_fee, platform_fee, processing_fee + platform_fee AS fees
FROM fees WHERE run_id = $run_id ORDER BY day DESC, currency LIMIT $limit
