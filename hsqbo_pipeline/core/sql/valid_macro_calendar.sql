-- A day of QuickBooks: a calendar date, never shifted by any zone.
CREATE OR REPLACE TEMP MACRO calendar_day(value) AS CASE WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d') THEN TRY_CAST(value AS DATE) END;
