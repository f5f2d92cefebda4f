-- A deposit taken on the invoice itself lowers its balance without any payment record.
INSERT INTO payment_applications
SELECT s.system, 'deposit', s.id, s.deposit, 'deposit'
FROM staged AS s ANTI JOIN refused AS r ON r.system = s.system AND r.id = s.id
WHERE s.system = 'quickbooks' AND s.deposit <> 0
