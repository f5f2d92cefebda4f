-- The books of some days: documents dated on them, customers and products created on them in the company's zone. A record
-- that cannot be read as what it should be has no day of its own; it was made on one.
CREATE OR REPLACE TEMP TABLE booked AS
SELECT entity, system, id, day
FROM (
  SELECT 'invoice' AS entity, system, id, invoice_date AS day FROM invoices
  UNION ALL SELECT 'payment', system, id, paid_on FROM payments
  UNION ALL SELECT 'customer', system, id, (created_at AT TIME ZONE $zone)::DATE FROM customers
  UNION ALL SELECT 'product', system, id, (created_at AT TIME ZONE $zone)::DATE FROM products
  UNION ALL
  SELECT rejects.entity, rejects.system, rejects.id, (mirror.created_at AT TIME ZONE $zone)::DATE
  FROM rejects
  JOIN mirror ON mirror.system = rejects.system AND mirror.id = rejects.id AND list_contains(
    CASE rejects.entity
      WHEN 'customer' THEN ['contacts', 'companies', 'Customer'] WHEN 'product' THEN ['products', 'Item']
      WHEN 'invoice' THEN ['invoices', 'Invoice'] ELSE ['commerce_payments', 'Payment', 'CreditMemo', 'RefundReceipt', 'SalesReceipt'] END,
    mirror.object)
) AS everything
WHERE day BETWEEN $first AND $last
