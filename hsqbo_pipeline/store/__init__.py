"""What survives a run: DuckDB tables and files."""
