"""The terminal: shared options, progress, and how results are printed."""
