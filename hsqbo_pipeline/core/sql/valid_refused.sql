-- What casting refused already; the schemas add theirs.
CREATE OR REPLACE TEMP TABLE refused AS
SELECT system, id, problem.code AS code, problem.field AS field, problem.value AS value FROM staged WHERE problem IS NOT NULL
