-- Customers whose books do not add up first, then those with the most open.
SELECT quickbooks_id, label, currency, open_invoices, unapplied, credits, balance, difference
FROM tie_out WHERE run_id = $run_id
ORDER BY abs(difference) DESC, abs(balance) DESC, quickbooks_id LIMIT $limit
