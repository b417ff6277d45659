"""Great Expectations: suites are imported, run over DuckDB, and exported."""
