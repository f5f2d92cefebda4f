-- A sum as an amount of a document; NULL where it does not come out in cents.
CREATE OR REPLACE TEMP MACRO cents_of(value) AS CASE WHEN value = TRY_CAST(value AS DECIMAL(18, 2)) THEN TRY_CAST(value AS DECIMAL(18, 2)) END;
