-- The columns of a table that the decisions file keeps, and which of them an entry may leave out.
SELECT column_name AS name, data_type AS type, is_nullable AS optional FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index
