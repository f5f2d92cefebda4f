-- HubSpot writes a time as ISO text or as milliseconds since 1970; a time without a zone is UTC.
CREATE OR REPLACE TEMP MACRO instant_of(value) AS
  CASE WHEN regexp_full_match(value, '-?\d{1,14}') THEN to_timestamp(value::BIGINT / 1000.0)
       WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?')
       THEN timezone('UTC', TRY_CAST(value AS TIMESTAMP))
       WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)')
       THEN TRY_CAST(value AS TIMESTAMPTZ) END;
