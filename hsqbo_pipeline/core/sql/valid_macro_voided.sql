-- The words QuickBooks puts before the private note of a voided transaction.
CREATE OR REPLACE TEMP MACRO says_voided(note) AS regexp_matches(coalesce(note, ''), '(?i)^\s*void(ed)?\b');
