"""Descriptions of a run in formats of others: Croissant and Inspect."""
