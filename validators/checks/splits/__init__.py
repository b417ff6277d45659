"""Checks of leakage and drift between splits."""
