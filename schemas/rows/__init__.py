"""Row types and tables of each family, one family a file."""
