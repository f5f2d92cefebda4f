-- Where companies are the customers: a company's name, and its web domain where only one record of its side has it. QuickBooks'
-- domain is that of the web address, else of the e-mail. Jobs bill to their family and take no part.
CREATE OR REPLACE TEMP TABLE match_keys AS
WITH playing AS (
  SELECT * FROM customers WHERE (active OR $inactive) AND parent_id IS NULL
),
places AS (
  SELECT system, id, regexp_replace(CASE
    WHEN system = 'hubspot' THEN lower(trim(custom ->> '$."domain"'))
    ELSE coalesce(nullif(regexp_extract(lower(trim(custom ->> '$."WebAddr.URI"')), '^(https?://)?([^/:?#]+)', 2), ''), split_part(email_keys[1], '@', 2))
  END, '^www\.', '') AS domain
  FROM playing
)
SELECT DISTINCT system, id, 'name:' || name AS key
FROM (SELECT system, id, unnest([name_key, lower(trim(regexp_replace(company, '\s+', ' ', 'g')))]) AS name FROM playing)
WHERE name <> ''
UNION
SELECT system, id, 'domain:' || domain FROM places WHERE domain <> ''
QUALIFY count(*) OVER (PARTITION BY system, domain) = 1
