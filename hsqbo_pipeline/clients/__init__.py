"""HTTP to both systems; knows nothing of Dagster or DuckDB."""
