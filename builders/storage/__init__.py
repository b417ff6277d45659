"""The files of a run: folder, journal, recipe and parquet."""
