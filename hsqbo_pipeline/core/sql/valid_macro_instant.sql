-- A time of HubSpot: ISO text with its offset, or milliseconds since 1970, as model.days.parse_instant has it. A time without an
-- offset could mean anything and is none.
CREATE OR REPLACE TEMP MACRO instant_of(value) AS
  CASE WHEN regexp_full_match(value, '-?\d{11,15}') AND abs(TRY_CAST(value AS BIGINT)) < 62000000000000
       THEN make_timestamptz(TRY_CAST(value AS BIGINT) * 1000)
       WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)')
       THEN TRY_CAST(regexp_replace(replace(upper(value), ',', '.'), '(\.\d{6})\d+', '\1') AS TIMESTAMPTZ) END;
