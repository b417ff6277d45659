"""Great Expectations, an exchange format and a second opinion: suites come in, run over DuckDB, and go out."""
