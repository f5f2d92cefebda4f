-- The lines of the invoices that were kept.
INSERT INTO invoice_lines BY NAME
SELECT l.* EXCLUDE (problem, tax) FROM staged_lines AS l
JOIN staged AS s ON s.system = l.system AND s.id = l.invoice_id
ANTI JOIN refused AS r ON r.system = s.system AND r.id = s.id
