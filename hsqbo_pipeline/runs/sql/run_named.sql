SELECT run_id FROM runs WHERE run_id = $run OR CAST(number AS VARCHAR) = $run
