-- Another document of QuickBooks with the same number.
SELECT 'Invoice' AS object, id FROM invoices WHERE system = 'quickbooks' AND lower(trim(number)) = lower(trim($number)) AND id <> $id AND status <> 'voided'
UNION ALL
SELECT object, id FROM payments WHERE system = 'quickbooks' AND kind <> 'payment' AND active AND lower(trim(number)) = lower(trim($number))
ORDER BY object, id LIMIT 1
