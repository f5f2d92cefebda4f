-- A unit price or a quantity: up to ten decimals.
CREATE OR REPLACE TEMP MACRO quantity_of(value) AS
  CASE WHEN exact_number(value) = TRY_CAST(exact_number(value) AS DECIMAL(28, 10)) THEN TRY_CAST(exact_number(value) AS DECIMAL(28, 10)) END;
