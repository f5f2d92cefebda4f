-- What each QuickBooks payment is applied to, line by line, in its own order.
CREATE OR REPLACE TEMP TABLE payment_lines AS
WITH lines AS (
  SELECT m.id AS payment_id, unnest(list_transform(from_json(json_extract(m.payload, '$.Line'),
    '[{"Amount":"VARCHAR","LinkedTxn":[{"TxnId":"VARCHAR","TxnType":"VARCHAR"}]}]'), lambda line, place: {'place': place, 'line': line})) AS entry
  FROM mirror AS m JOIN read_quickbooks AS r ON r.id = m.id AND r.object = m.object
  WHERE m.system = 'quickbooks' AND m.object = 'Payment'
)
SELECT payment_id, entry.place AS place, text_of(entry.line.Amount) AS amount_raw, money_of(entry.line.Amount) AS amount,
  entry.line.LinkedTxn[1].TxnId AS txn_id, entry.line.LinkedTxn[1].TxnType AS txn_type
FROM lines
