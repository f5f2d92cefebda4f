-- N3: a bare date is itself, exactly midnight UTC is that calendar day, any other instant the day it falls on in the company's zone.
CREATE OR REPLACE TEMP MACRO business_day(value, zone) AS
  CASE WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d') THEN TRY_CAST(value AS DATE)
       WHEN timezone('UTC', instant_of(value))::TIME = TIME '00:00:00' THEN timezone('UTC', instant_of(value))::DATE
       ELSE timezone(zone, instant_of(value))::DATE END;
