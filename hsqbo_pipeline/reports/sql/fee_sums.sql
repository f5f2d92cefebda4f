-- Fees by the month of the payment, and by the day of the payout; what was not paid out yet stands under ''.
SELECT 'month' AS kind, strftime(day, '%Y-%m') AS period, currency, sum(payments)::INTEGER AS payments, sum(processing_fee) AS processing_fee,
  sum(platform_fee) AS platform_fee, sum(processing_fee + platform_fee) AS fees
FROM fees WHERE run_id = $run_id GROUP BY ALL
UNION ALL
SELECT 'payout', coalesce(payout_date::VARCHAR, ''), currency, sum(payments)::INTEGER, sum(processing_fee), sum(platform_fee), sum(processing_fee + platform_fee)
FROM fees WHERE run_id = $run_id GROUP BY ALL
ORDER BY kind, period DESC, currency
