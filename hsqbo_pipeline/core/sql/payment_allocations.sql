-- Every allocation of the QuickBooks payments to decide about: what is applied, the copy that HubSpot has, and the invoice on both sides.
-- Copies whose allocation is gone have no amount. `copy_invoices` and `copy_deals` are what HubSpot has the copy on at present.
WITH chosen AS (
  SELECT DISTINCT quickbooks_id AS id FROM pairs WHERE entity = 'payment' AND quickbooks_id IS NOT NULL
),
copies AS (
  SELECT hubspot_id, quickbooks_id AS allocation, string_split(quickbooks_id, ':')[1] AS payment_id, string_split(quickbooks_id, ':')[2] AS invoice_id, matched_by
  FROM links WHERE entity = 'payment' AND contains(quickbooks_id, ':')
),
marked AS (
  SELECT h.id AS hubspot_id, string_split(h.mark, ':')[2] AS payment_id, string_split(h.mark, ':')[3] AS invoice_id
  FROM payments AS h WHERE h.system = 'hubspot' AND starts_with(h.mark, $realm || ':') AND len(string_split(h.mark, ':')) = 3
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.hubspot_id = h.id)
),
applied AS (
  SELECT a.payment_id, a.invoice_id, a.amount FROM payment_applications AS a JOIN chosen ON chosen.id = a.payment_id
  JOIN payments AS p ON p.system = 'quickbooks' AND p.id = a.payment_id AND p.active AND p.kind = 'payment'
  WHERE a.system = 'quickbooks' AND a.attribution = 'cash' AND a.amount > 0
),
known AS (
  SELECT copies.payment_id, copies.invoice_id, copies.hubspot_id, copies.matched_by FROM copies JOIN chosen ON chosen.id = copies.payment_id
  UNION ALL
  SELECT marked.payment_id, marked.invoice_id, marked.hubspot_id, NULL FROM marked JOIN chosen ON chosen.id = marked.payment_id
),
merged AS (
  SELECT coalesce(applied.payment_id, known.payment_id) AS payment_id, coalesce(applied.invoice_id, known.invoice_id) AS invoice_id, applied.amount,
    known.hubspot_id, known.matched_by
  FROM applied FULL JOIN known ON known.payment_id = applied.payment_id AND known.invoice_id = applied.invoice_id
),
tied AS (
  SELECT a.payment_id AS id, list_sort(list(DISTINCT a.invoice_id)) AS invoices FROM payment_applications AS a JOIN merged ON merged.hubspot_id = a.payment_id
  JOIN invoices AS i ON i.system = 'hubspot' AND i.id = a.invoice_id
  WHERE a.system = 'hubspot' GROUP BY a.payment_id
),
dealt AS (
  SELECT a.from_id AS id, list_sort(list(DISTINCT a.to_id)) AS deals FROM associations AS a JOIN merged ON merged.hubspot_id = a.from_id
  LEFT JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'deals' AND m.id = a.to_id
  WHERE a.from_object = 'commerce_payments' AND a.to_object = 'deals' AND m.gone IS NULL GROUP BY a.from_id
)
SELECT b.*, h AS copy, h_mirror.gone AS copy_gone, l.hubspot_id AS hubspot_invoice, l.owner, i.number, i.currency AS invoice_currency,
  hi.id AS standing_invoice, hi.contact_ids, hi.company_ids, hi.deal_ids, coalesce(tied.invoices, []) AS copy_invoices, coalesce(dealt.deals, []) AS copy_deals
FROM merged AS b
LEFT JOIN payments AS h ON h.system = 'hubspot' AND h.id = b.hubspot_id
LEFT JOIN mirror AS h_mirror ON h_mirror.system = 'hubspot' AND h_mirror.object = 'commerce_payments' AND h_mirror.id = b.hubspot_id
LEFT JOIN tied ON tied.id = b.hubspot_id
LEFT JOIN dealt ON dealt.id = b.hubspot_id
LEFT JOIN links AS l ON l.entity = 'invoice' AND l.quickbooks_id = b.invoice_id
LEFT JOIN invoices AS i ON i.system = 'quickbooks' AND i.id = b.invoice_id
LEFT JOIN invoices AS hi ON hi.system = 'hubspot' AND hi.id = l.hubspot_id
ORDER BY b.payment_id, b.invoice_id, b.hubspot_id
