"""Opens finished runs and published datasets."""
