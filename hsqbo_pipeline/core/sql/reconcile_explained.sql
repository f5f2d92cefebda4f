-- Each difference beside what is said of the record. A record that is said to be in step explains nothing, whatever its code, but for
-- warnings that tell of this very figure, or of a record that ended on one side; what a payment has left over explains that much.
CREATE OR REPLACE TEMP TABLE proof_differences AS
WITH states AS (
  SELECT entity, hubspot_id, quickbooks_id, class,
    -- An edit that goes nowhere explains something only where it moved the record out of its month, or ended it.
    if(code = 'DIR_NOT_OWNER' AND class = 'WARNING' AND NOT regexp_matches(coalesce(slots ->> '$.field', ''), '\b(invoice_date|status|currency)\b'),
       'OPS_UNCHANGED', code) AS code
  FROM record_states
),
differing AS (
  SELECT row_number() OVER () AS number, p.*, p.quickbooks - p.hubspot AS difference FROM proof AS p WHERE p.quickbooks <> p.hubspot
),
said AS (
  SELECT d.number, s.code, s.class FROM differing AS d JOIN states AS s ON s.entity = d.entity AND s.quickbooks_id = d.quickbooks_id
  UNION
  SELECT d.number, s.code, s.class FROM differing AS d JOIN states AS s ON s.entity = d.entity AND s.hubspot_id = d.hubspot_id
),
first AS (
  SELECT number, min_by(code, CASE class WHEN 'FAILING' THEN 1 WHEN 'BLOCKED' THEN 2 WHEN 'SKIPPED' THEN 3 WHEN 'EXCLUDED' THEN 4 ELSE 5 END) AS code,
    min_by(class, CASE class WHEN 'FAILING' THEN 1 WHEN 'BLOCKED' THEN 2 WHEN 'SKIPPED' THEN 3 WHEN 'EXCLUDED' THEN 4 ELSE 5 END) AS class
  FROM said GROUP BY number
)
SELECT d.* EXCLUDE (number), f.code,
  CASE WHEN f.code IS NULL OR f.code = 'OPS_UNCHANGED' THEN 0
       -- What is left over of a payment was received and lies on no invoice; one that HubSpot took is shown there as if it lay on its own.
       WHEN f.code = 'PAY_UNAPPLIED' AND d.measure = 'cash' THEN least(greatest(d.unapplied, 0), greatest(d.difference, 0))
       WHEN f.code = 'PAY_UNAPPLIED' THEN if(d.hubspot_id IS NULL, 0, greatest(-d.unapplied, least(d.difference, 0)))
       WHEN f.class IN ('FAILING', 'BLOCKED', 'EXCLUDED', 'SKIPPED') THEN d.difference
       WHEN list_contains($ended, f.code) THEN if(d.quickbooks = 0 OR d.hubspot = 0, d.difference, 0)
       WHEN list_contains($telling, f.code || '.' || d.measure) THEN d.difference
       ELSE 0 END::DECIMAL(18, 2) AS explained
FROM differing AS d LEFT JOIN first AS f USING (number)
