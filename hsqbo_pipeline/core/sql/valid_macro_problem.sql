-- A reason to refuse a row: the code and the field when `wrong` holds.
CREATE OR REPLACE TEMP MACRO problem_of(wrong, code, field, value) AS
  CASE WHEN wrong THEN {'code': code, 'field': field, 'value': left(value, 200)} END;
