CREATE OR REPLACE TEMP TABLE exported AS SELECT * FROM read_csv($path, header = true, all_varchar = true)
