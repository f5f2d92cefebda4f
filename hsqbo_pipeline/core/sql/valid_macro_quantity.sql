-- A unit price or a quantity: up to ten decimals.
CREATE OR REPLACE TEMP MACRO quantity_of(value) AS
  CASE WHEN is_number(value) AND TRY_CAST(value AS DECIMAL(38, 18)) = TRY_CAST(value AS DECIMAL(28, 10)) THEN TRY_CAST(value AS DECIMAL(28, 10)) END;
