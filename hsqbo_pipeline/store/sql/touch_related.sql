-- A line, tax, discount, fee or payment that changed changes its invoice; a company that changed changes the contacts it names.
INSERT OR IGNORE INTO touched
SELECT DISTINCT $run_id, 'hubspot', related.to_object, related.to_id
FROM touched
JOIN associations AS related ON related.from_object = touched.object AND related.from_id = touched.id
JOIN mirror AS there ON there.system = 'hubspot' AND there.object = related.to_object AND there.id = related.to_id
WHERE touched.run_id = $run_id AND touched.system = 'hubspot'
  AND ((touched.object IN ('line_items', 'taxes', 'discounts', 'fees', 'commerce_payments') AND related.to_object = 'invoices')
    OR (touched.object = 'companies' AND related.to_object = 'contacts'))
