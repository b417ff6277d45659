"""DuckDB relations and the SQL that checks are made of."""
