-- Touched QuickBooks payments, and whatever else moves a customer's balance, as text.
CREATE OR REPLACE TEMP TABLE read_quickbooks AS
WITH current_rows AS (
  SELECT m.*, from_json(m.payload, '{"DocNumber":"VARCHAR","TxnDate":"VARCHAR","CurrencyRef":{"value":"VARCHAR"},"TotalAmt":"VARCHAR",
    "UnappliedAmt":"VARCHAR","RemainingCredit":"VARCHAR","Balance":"VARCHAR","CustomerRef":{"value":"VARCHAR"},"PaymentMethodRef":{"value":"VARCHAR"},
    "PaymentRefNum":"VARCHAR","DepositToAccountRef":{"value":"VARCHAR"},"PrivateNote":"VARCHAR"}') AS p
  FROM mirror AS m JOIN work AS w ON w.system = m.system AND w.object = m.object AND w.id = m.id
  WHERE m.system = 'quickbooks' AND m.object IN ('Payment', 'CreditMemo', 'RefundReceipt', 'SalesReceipt') AND m.gone IS NULL
)
SELECT system, id, object,
  CASE object WHEN 'Payment' THEN 'payment' WHEN 'CreditMemo' THEN 'credit_memo' WHEN 'RefundReceipt' THEN 'refund_receipt' ELSE 'sales_receipt' END AS kind,
  version, created_at, modified_at, text_of(p.DocNumber) AS number, text_of(p.CustomerRef.value) AS customer_id, NULL::VARCHAR[] AS contact_ids,
  text_of(p.TxnDate) AS paid_on_raw, calendar_day(text_of(p.TxnDate)) AS paid_on,
  coalesce(text_of(p.CurrencyRef.value), $home_currency::VARCHAR) AS currency, text_of(p.TotalAmt) AS amount_raw,
  CASE object WHEN 'Payment' THEN text_of(p.UnappliedAmt) WHEN 'CreditMemo' THEN coalesce(text_of(p.RemainingCredit), text_of(p.Balance)) END AS unapplied_raw,
  text_of(p.PaymentMethodRef.value) AS method, text_of(p.PaymentRefNum) AS reference,
  CASE WHEN money_of(text_of(p.TotalAmt)) = 0 AND says_voided(p.PrivateNote) THEN 'voided' END AS status, NULL::VARCHAR AS processor,
  NULL::VARCHAR AS source, text_of(p.DepositToAccountRef.value) AS deposit_account, NULL::VARCHAR AS refunded_raw,
  NULL::VARCHAR AS processing_fee_raw, NULL::VARCHAR AS platform_fee_raw, NULL::VARCHAR AS payout_date_raw, NULL::DATE AS payout_date,
  text_of(p.PrivateNote) AS private_note, mark_of(p.PrivateNote) AS mark, custom_of(payload, $names::VARCHAR[], $paths::VARCHAR[]) AS custom
FROM current_rows
