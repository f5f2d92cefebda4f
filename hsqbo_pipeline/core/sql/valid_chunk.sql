-- A piece of what was staged, of one side, without what casting refused. Row ids would not do: inside a transaction they are no places.
SELECT * EXCLUDE (problem, place) FROM staged WHERE system = $system AND problem IS NULL AND place > $start AND place <= $end
