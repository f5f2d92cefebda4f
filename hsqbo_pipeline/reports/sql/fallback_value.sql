-- What stands on the item for lines without one: each line there is revenue that no product report will show.
SELECT coalesce(i.currency, '') AS currency, strftime(i.invoice_date, '%Y-%m') AS month, count(DISTINCT i.id)::INTEGER AS invoices, count(*)::INTEGER AS lines, sum(l.amount)::DECIMAL(18, 2) AS amount
FROM invoice_lines AS l
JOIN invoices AS i ON i.system = l.system AND i.id = l.invoice_id
JOIN products AS p ON p.system = l.system AND p.id = l.item_id
WHERE l.system = 'quickbooks' AND p.name_key = $name_key AND i.status <> 'voided'
GROUP BY ALL ORDER BY month DESC, currency
