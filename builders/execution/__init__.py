"""Runs a recipe over its seeds: locally, in rounds, or in batch files."""
