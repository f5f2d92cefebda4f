-- An amount of a document. NULL when the text is no number or says more than two decimals: nothing is ever rounded.
CREATE OR REPLACE TEMP MACRO money_of(value) AS
  CASE WHEN is_number(value) AND TRY_CAST(value AS DECIMAL(38, 18)) = TRY_CAST(value AS DECIMAL(18, 2)) THEN TRY_CAST(value AS DECIMAL(18, 2)) END;
