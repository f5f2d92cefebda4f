-- How many records the next run has to look at.
SELECT count(DISTINCT (entity, system, id)) AS records FROM due
