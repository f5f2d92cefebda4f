-- A piece of what was staged, of one side, without what casting refused. Row ids would not do: inside a transaction they are no positions.
SELECT * EXCLUDE (problem) FROM staged WHERE system = $system AND problem IS NULL
ORDER BY id LIMIT ($end::BIGINT - $start::BIGINT) OFFSET $start
