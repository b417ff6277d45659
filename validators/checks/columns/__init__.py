"""Checks of any column."""
