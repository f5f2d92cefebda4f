-- A number as written, plain or with a small exponent; NULL for anything else and for more decimals than can be held exactly.
CREATE OR REPLACE TEMP MACRO exact_number(value) AS
  CASE WHEN regexp_full_match(text_of(value), '[+-]?(\d+(\.\d{0,18}0*)?|\.\d{1,18}0*)')
         OR regexp_full_match(text_of(value), '[+-]?\d+(\.\d{1,9})?[eE](\+?\d{1,2}|-0?\d)')
       THEN TRY_CAST(text_of(value) AS DECIMAL(38, 18)) END;
