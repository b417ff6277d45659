"""Scorers of candidates, one a file."""
