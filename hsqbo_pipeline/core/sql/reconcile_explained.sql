-- Each difference beside what is said of the record. A record that is said to be in step explains nothing, whatever its code; what a
-- payment has left over explains exactly that much.
CREATE OR REPLACE TEMP TABLE proof_differences AS
WITH states AS (
  SELECT entity, hubspot_id, quickbooks_id, code, class FROM record_states
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
  CASE WHEN f.code = 'PAY_UNAPPLIED' THEN least(greatest(d.unapplied, 0), greatest(d.difference, 0))
       WHEN f.code IS NULL OR f.code = 'OPS_UNCHANGED' THEN 0
       WHEN f.class IN ('FAILING', 'BLOCKED', 'EXCLUDED', 'SKIPPED') OR list_contains($telling, f.code) THEN d.difference
       ELSE 0 END::DECIMAL(18, 2) AS explained
FROM differing AS d LEFT JOIN first AS f USING (number)
