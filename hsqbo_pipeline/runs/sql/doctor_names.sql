-- Unlinked HubSpot customers whose name a QuickBooks customer of another address, a vendor or an employee has (inactive ones too).
WITH holders AS (
  SELECT name_key, 'customer ' || id AS holder, email_keys FROM customers WHERE system = 'quickbooks' AND name_key IS NOT NULL
  UNION ALL
  SELECT lower(trim(payload ->> 'DisplayName')), lower(object) || ' ' || id, []::VARCHAR[] FROM mirror
  WHERE system = 'quickbooks' AND object IN ('Vendor', 'Employee') AND gone IS NULL
),
taken AS (
  SELECT h.id, min(h.display_name || ' (' || q.holder || ')') AS label
  FROM customers AS h JOIN holders AS q ON q.name_key = h.name_key
  WHERE h.system = 'hubspot' AND h.active AND NOT list_has_any(q.email_keys, h.email_keys)
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'customer' AND l.hubspot_id = h.id)
  GROUP BY h.id
)
SELECT 'hubspot' AS system, count(*) AS records, min(label, 3) AS examples FROM taken
