-- A piece of what was staged, of one side, without what casting refused.
SELECT * EXCLUDE (problem) FROM staged WHERE system = $system AND problem IS NULL AND rowid >= $start AND rowid < $end
