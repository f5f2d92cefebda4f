-- An amount of a document. NULL when the text is no number or says more than two decimals: nothing is ever rounded.
CREATE OR REPLACE TEMP MACRO money_of(value) AS
  CASE WHEN exact_number(value) = TRY_CAST(exact_number(value) AS DECIMAL(18, 2)) THEN TRY_CAST(exact_number(value) AS DECIMAL(18, 2)) END;
