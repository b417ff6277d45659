"""The report as a page and as a folder."""
